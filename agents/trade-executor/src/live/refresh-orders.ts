import { applySighting } from './apply-sighting.js';
import type { LiveDesk } from './live-desk.js';
import type { LiveOrder } from './live-order.js';
import { noteSightings } from './note-events.js';
import type { VenueOrder } from '@octant/venue/venue';

/** Questions for single orders that one refresh asks. */
const MOST_FINDS = 20;

/**
 * Asks for the open orders, and notes what has changed; orders that are open here and not there are asked for one by one.
 * It tells what the socket did not. Answers the venue's open orders, and ours that it does not know.
 */
export async function refreshOrders(
  desk: LiveDesk,
): Promise<{ readonly atVenue: readonly VenueOrder[]; readonly missing: readonly LiveOrder[] }> {
  const before = await desk.store.openOrders();
  const atVenue = await desk.venue.openOrders();
  const seen = new Set(atVenue.map(({ clientOrderId }) => clientOrderId));
  await noteSightings(desk, atVenue);
  const gone = before.filter((order) => isAtVenue(order) && !seen.has(order.clientOrderId));
  const missing: LiveOrder[] = [];
  // From anywhere on, so that those that stay missing do not keep the others from being asked for.
  const from = Math.floor(desk.random() * gone.length);
  for (const order of [...gone.slice(from), ...gone.slice(0, from)].slice(0, MOST_FINDS)) {
    if (await isMissing(desk, order)) missing.push(order);
  }
  return { atVenue, missing };
}

async function isMissing(desk: LiveDesk, order: LiveOrder): Promise<boolean> {
  const { clientOrderId, symbol } = order;
  const found = await desk.venue.find({ clientOrderId, symbol });
  if (found.outcome === 'found') await applySighting(desk, found.order);
  return found.outcome === 'not_found';
}

function isAtVenue({ state, algorithm }: LiveOrder): boolean {
  // Of an order in parts only its parts are there.
  return algorithm === undefined && (state === 'acknowledged' || state === 'partially_filled');
}
