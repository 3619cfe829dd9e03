import { isFinalState } from '@octant/trading/exchange/order-state';
import type { OrderState } from '@octant/trading/messages/execution';
import { orderNotice } from '../account/order-messages.js';
import type { LiveTransaction } from '../adapters/live-store.js';
import type { VenueOrder } from '@octant/venue/venue';
import { changeOrder, factsOfOrder } from './change-order.js';
import { stateByVenue, withSighting } from './decide-order-state.js';
import type { LiveWork } from './in-live-transaction.js';
import { stampOf, type LiveDesk } from './live-desk.js';
import { awaitsFills, type LiveOrder, type LiveOrderPatch } from './live-order.js';
import { orderFault } from './venue-faults.js';
import { workOnBooks } from './work-on-books.js';

const POINTS = { uncommitted: 'sighting.uncommitted', after: 'sighting.after' } as const;

/**
 * Takes note of an order as the venue shows it: from the answer to a request, an event, a poll or a look-up. One of an
 * order that is not ours changes nothing. Answers our order as it is now.
 */
export async function applySighting(desk: LiveDesk, seen: VenueOrder): Promise<LiveOrder | undefined> {
  if (orderFault(seen) !== undefined) {
    desk.metrics.badReply('order');
    desk.logger.warn({ seen, fault: orderFault(seen) }, 'the exchange told of an order that cannot be read');
    return undefined;
  }
  let now: LiveOrder | undefined;
  await workOnBooks(desk, {
    points: POINTS,
    size: 1,
    run: async (work) => {
      const order = await lockOrderOf(work.live, seen);
      now = order === undefined ? undefined : await sightOrder(desk, work, { order, seen });
    },
  });
  return now;
}

/** The same within a transaction, on an order that is locked. */
export async function sightOrder(
  desk: LiveDesk,
  work: LiveWork,
  { order, seen }: { readonly order: LiveOrder; readonly seen: VenueOrder },
): Promise<LiveOrder> {
  if (order.venueOrderId !== undefined && order.venueOrderId !== seen.venueOrderId) {
    await sayDuplicate(desk, work, { order, seen });
    return order;
  }
  const sighting = withSighting(order, seen);
  if (!isNews(order, sighting) || isFinalState(order.state)) return order;
  const patch = { ...sighting, ...settledBy(order), venueOrderId: seen.venueOrderId };
  const to = stateByVenue({ ...order, ...sighting });
  const reason = isFinalState(to) ? reasonOf(order, to) : undefined;
  const changed = await changeOrder(desk, work, { order, patch, to, reason });
  work.onCommitted(() => {
    if (awaitsFills(changed)) desk.signals.poll(changed.symbol);
    if (changed.cancelReason !== undefined) desk.signals.cancel();
  });
  return changed;
}

/** Whether an order is not known to be so. */
export function isNews(order: LiveOrder, now: Pick<LiveOrder, 'venueState' | 'venueFilledQty'>): boolean {
  return (
    order.venueOrderId === undefined ||
    order.state === 'unknown' ||
    now.venueState !== order.venueState ||
    now.venueFilledQty !== order.venueFilledQty
  );
}

/** That the venue has it ends the attempt that sent it, and makes a cancel due that had to wait for the venue's id. */
export function settledBy(order: LiveOrder): LiveOrderPatch {
  const isDue = order.cancelReason !== undefined && order.cancelDueAtMs === undefined;
  return {
    ...(isDue ? { cancelDueAtMs: 0 } : {}),
    ...(order.state === 'sent' || order.state === 'unknown' ? { owner: undefined } : {}),
  };
}

/** By its client id; by the venue's where the order came without one. */
export function lockOrderOf(
  live: LiveTransaction,
  seen: Pick<VenueOrder, 'clientOrderId' | 'venueOrderId' | 'symbol'>,
): Promise<LiveOrder | undefined> {
  const { clientOrderId, venueOrderId, symbol } = seen;
  return live.lockOrder(clientOrderId === undefined ? { symbol, venueOrderId } : { clientOrderId });
}

export function reasonOf(order: Pick<LiveOrder, 'cancelReason'>, to: OrderState): string {
  if (to === 'canceled') return order.cancelReason ?? 'exchange: canceled there, not by the desk';
  return `exchange: ${to} there`;
}

async function sayDuplicate(
  desk: LiveDesk,
  work: LiveWork,
  { order, seen }: { readonly order: LiveOrder; readonly seen: VenueOrder },
): Promise<void> {
  const ids = `${order.venueOrderId ?? ''} and ${seen.venueOrderId}`;
  desk.logger.error({ orderId: order.orderId, ids }, 'two orders at the exchange under one client id');
  const notice = {
    type: 'duplicate_order',
    severity: 'critical',
    text: `Order ${order.orderId} is at ${desk.venue.id} twice: ${ids}`,
    key: `${order.orderId}:${seen.venueOrderId}`,
  } as const;
  await work.say([orderNotice(factsOfOrder(order), notice, stampOf(desk))], order.traceId);
}
