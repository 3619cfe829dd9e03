import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { PermanentError } from '@octant/platform/errors/errors';
import type { ExecStatus } from '@octant/trading/messages/execution';
import { bookFills, type BookedFill, type Books } from '../book/books.js';
import type { PortfolioDesk } from '../book/desk.js';

/** Statuses that tell of a fill; the others change no holdings. */
export function hasFill(status: ExecStatus): boolean {
  return status.fillSeq !== undefined;
}

/**
 * `exec.status` with a fill: books it. A fill that comes before its turn is kept and booked with the one it waits for, so
 * that the one it waits for can still come: a lane that stood still would never let it.
 */
export function onExecStatus(desk: PortfolioDesk): (message: Incoming<ExecStatus>) => Promise<HandlerResult> {
  return async ({ payload }) => {
    const fill = fillOf(payload);
    const books = await desk.books.current();
    if (fill.fillSeq <= books.ledger.lastFillSeq) return {};
    let next: Books | undefined;
    return {
      transaction: async (sql) => {
        desk.books.distrust();
        if (await desk.store.addFill(sql, fill)) {
          const later = books.waiting === 0 ? [] : await desk.store.fillsAfter(sql, fill.fillSeq);
          next = booksAfter(books, fill, later);
          if (next.revision !== books.revision) await desk.store.save(sql, next);
        }
        return [];
      },
      onCommitted: () => {
        if (next !== undefined) desk.books.replace(next);
      },
    };
  };
}

function booksAfter(books: Books, fill: BookedFill, later: readonly BookedFill[]): Books {
  const ledger = bookFills(books.ledger, fill, later);
  const booked = ledger.lastFillSeq - books.ledger.lastFillSeq;
  const waiting = books.waiting + 1 - booked;
  return { revision: books.revision + (booked === 0 ? 0 : 1), ledger, waiting };
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
