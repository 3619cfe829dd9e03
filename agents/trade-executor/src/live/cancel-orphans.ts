import type { VenueOrder } from '@octant/venue/venue';
import type { FoundDifference } from './difference.js';
import { pass, type LiveDesk } from './live-desk.js';

/**
 * Cancels open orders with our prefix that were never intended here, where the configuration says so: an intent is written
 * before anything is sent, so that they belong to nobody who would look after them. Answers the differences that are left.
 */
export async function cancelOrphans(
  desk: LiveDesk,
  found: readonly FoundDifference[],
  atVenue: readonly VenueOrder[],
): Promise<readonly FoundDifference[]> {
  if (desk.settings().reconcile.orphans === 'notice') return found;
  const left: FoundDifference[] = [];
  for (const difference of found) {
    const orphan = atVenue.find(({ venueOrderId }) => venueOrderId === difference.subject);
    if (difference.kind !== 'orphan_order' || orphan === undefined || !(await cancel(desk, orphan))) {
      left.push(difference);
      continue;
    }
    const explanation = `${difference.explanation}; it is cancelled`;
    await desk.store.transact((live) => live.addRepaired({ ...difference, explanation }, 'reconciliation'));
  }
  return left;
}

async function cancel(desk: LiveDesk, { venueOrderId, symbol }: VenueOrder): Promise<boolean> {
  await pass(desk, 'orphan.before');
  const { outcome } = await desk.venue.cancel({ venueOrderId, symbol });
  await pass(desk, 'orphan.after');
  return outcome === 'canceled' || outcome === 'not_open';
}
