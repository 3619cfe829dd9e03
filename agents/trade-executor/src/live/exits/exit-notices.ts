import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { orderNotice } from '../../account/order-messages.js';
import { factsOfOrder } from '../change-order.js';
import type { LiveWork } from '../in-live-transaction.js';
import { stampOf, type LiveDesk } from '../live-desk.js';
import type { LiveOrder } from '../live-order.js';
import type { LiveExits } from './live-exits.js';

export interface ExitsOfOrder {
  readonly exits: LiveExits;
  readonly entry: LiveOrder;
}

/** What is left of an entry is less than the exchange sells: nothing can protect it. */
export async function sayTooSmall(desk: LiveDesk, work: LiveWork, { exits, entry }: ExitsOfOrder): Promise<void> {
  const text = `${exits.qty} ${entry.symbol} of ${entry.orderId} are less than the exchange sells; they are held without exits`;
  const notice = { type: 'exit_too_small', severity: 'warning', text, key: exits.entryId } as const;
  await work.say([orderNotice(factsOfOrder(entry), notice, stampOf(desk))], entry.traceId);
}

/** Orders of an entry's exits came to nothing so often in a row that a person should look. */
export async function sayFailing(
  desk: LiveDesk,
  work: LiveWork,
  { exits, entry, attempts, why }: ExitsOfOrder & { readonly attempts: number; readonly why: string },
): Promise<void> {
  const text =
    `${formatDecimal(parseDecimal(exits.qty))} ${entry.symbol} of ${entry.orderId} are without their exits: ` +
    `${String(attempts)} orders in a row came to nothing (${why}); it is tried on`;
  const key = `${exits.entryId}:${String(exits.orders)}`;
  const notice = { type: 'exit_failing', severity: 'critical', text, key } as const;
  await work.say([orderNotice(factsOfOrder(entry), notice, stampOf(desk))], entry.traceId);
}
