import { parseDecimal } from '@octant/trading/money/decimal';
import type { BookedFill } from '../book-fill.js';
import { requestCancels } from '../cancel-orders.js';
import type { LiveWork } from '../in-live-transaction.js';
import type { LiveDesk } from '../live-desk.js';
import { isOpen, type LiveOrder } from '../live-order.js';
import { exitsAfterEntryFill, exitsAfterSale, shrunkExits, type LiveExits } from './live-exits.js';
import { exitKindOfFill } from './exit-orders.js';

/** A fill that is being booked. */
export interface ExitsFill {
  readonly order: LiveOrder;
  readonly booked: Pick<BookedFill, 'qty' | 'price' | 'position'>;
  readonly atMs: number;
}

/**
 * Exits after a fill, in the transaction that books it, so that nothing that was bought is ever without its exits: those
 * of a buy grow, those of an exit's own order shrink and end what its entry had not bought yet, and what anybody else sells is
 * taken from the oldest.
 */
export async function keepExits(desk: LiveDesk, work: LiveWork, fill: ExitsFill): Promise<void> {
  const { order, booked, atMs } = fill;
  const { symbol } = order;
  if (order.side === 'buy') {
    if (order.exits === undefined) return;
    const known = (await work.live.lockExits(symbol)).find(({ entryId }) => entryId === order.orderId);
    const before = known ?? (await work.live.countExitOrders(order.orderId));
    await work.live.putExits(exitsAfterEntryFill(order, { qty: booked.qty, price: booked.price, atMs }, before));
  } else {
    const all = await work.live.lockExits(symbol);
    if (all.length === 0) return;
    const left = order.exitOf === undefined ? all : await afterOwnSale(desk, work, { fill, all });
    for (const { entryId, exits } of shrunkExits(left, booked.position.qty)) await write(work, entryId, exits);
  }
  work.onCommitted(desk.signals.exits);
}

/** The exits of the symbol once those of the order's entry have sold the fill. */
async function afterOwnSale(
  desk: LiveDesk,
  work: LiveWork,
  { fill, all }: { readonly fill: ExitsFill; readonly all: readonly LiveExits[] },
): Promise<readonly LiveExits[]> {
  const { order, booked } = fill;
  const own = all.find(({ entryId }) => entryId === order.exitOf);
  const entry = order.exitOf === undefined ? undefined : await work.live.lockOrder({ orderId: order.exitOf });
  if (entry !== undefined && isOpen(entry)) {
    await requestCancels(desk, work, { orders: [entry], reason: 'position_left: an exit of it has sold' });
  }
  if (own === undefined) return all;
  const after = exitsAfterSale(own, parseDecimal(booked.qty));
  // A stop that has begun to sell sells all; a target that has sold in part beside one gives way to it.
  const kind = exitKindOfFill(order, booked.price);
  const triggered = own.triggered ?? (kind === 'target' && order.kind.type === 'oco' ? undefined : kind);
  const now = after === undefined ? undefined : { ...after, triggered, failures: 0 };
  await write(work, own.entryId, now);
  return all.flatMap((exits) => (exits === own ? (now ?? []) : exits));
}

async function write(work: LiveWork, entryId: string, exits: LiveExits | undefined): Promise<void> {
  if (exits === undefined) await work.live.dropExits(entryId);
  else await work.live.putExits(exits);
}
