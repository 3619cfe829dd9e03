import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { PermanentError } from '@octant/platform/errors/errors';
import type { ExecStatus } from '@octant/trading/messages/execution';
import { bookFill } from '../book/book-fill.js';
import type { BookedFill } from '../book/books.js';
import type { PortfolioDesk } from '../book/desk.js';

/** Statuses that tell of a fill; the others change no holdings. */
export function hasFill(status: ExecStatus): boolean {
  return status.fillSeq !== undefined;
}

/** `exec.status` with a fill: books it. */
export function onExecStatus(desk: PortfolioDesk): (message: Incoming<ExecStatus>) => Promise<HandlerResult> {
  return async ({ payload }) => bookFill(desk, fillOf(payload));
}

function fillOf(status: ExecStatus): BookedFill {
  const { orderId, symbol, side, qty, fillId, fillSeq, price, feeQuote, atMs } = status;
  const complete =
    fillId !== undefined &&
    fillSeq !== undefined &&
    price !== undefined &&
    feeQuote !== undefined &&
    atMs !== undefined;
  if (complete) return { fillId, fillSeq, orderId, symbol, side, qty, price, feeQuote, atMs };
  throw new PermanentError(
    `expected a fill of order ${orderId} with fillId, fillSeq, price, feeQuote and atMs, was ${JSON.stringify({ fillId, fillSeq, price, feeQuote, atMs })}`,
    { code: 'incomplete_fill' },
  );
}
