import type { VenueEvent, VenueOrder } from '@octant/venue/venue';
import { applySighting, isNews } from './apply-sighting.js';
import { withSighting } from './decide-order-state.js';
import type { LiveDesk } from './live-desk.js';
import { isOpen } from './live-order.js';
import { recordFills } from './record-fills.js';
import { orderFault } from './venue-faults.js';

const AT_ONCE = 64;

/**
 * Notes events that have come together: fills first, in one transaction; of the orders then only those that they leave
 * something to be told of, which are few, for it is the fills that move an order on.
 */
export async function noteEvents(desk: LiveDesk, events: readonly VenueEvent[]): Promise<void> {
  const fills = events.flatMap((event) => (event.type === 'fill' ? [event.fill] : []));
  if (fills.length > 0) await recordFills(desk, fills);
  await noteSightings(
    desk,
    events.flatMap((event) => (event.type === 'order' ? [event.order] : [])),
  );
}

/**
 * Orders as the venue shows them, of which most may be as they are known; those that are not ours are passed over. They
 * are noted in their order, many in a transaction.
 */
export async function noteSightings(desk: LiveDesk, seen: readonly VenueOrder[]): Promise<void> {
  const ids = [...new Set(seen.flatMap(({ clientOrderId }) => clientOrderId ?? []))];
  if (ids.length === 0) return;
  const known = new Map((await desk.store.ordersByClientId(ids)).map((order) => [order.clientOrderId, order]));
  const news = seen.filter((order) => {
    const own = known.get(order.clientOrderId ?? '');
    if (own === undefined || !isOpen(own)) return false;
    return orderFault(order) !== undefined || isNews(own, withSighting(own, order));
  });
  for (let from = 0; from < news.length; from += AT_ONCE) {
    await Promise.all(news.slice(from, from + AT_ONCE).map((order) => applySighting(desk, order)));
  }
}
