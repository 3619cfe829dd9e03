import type { Venue } from '@octant/venue/venue';
import type { Work } from './work.js';

/**
 * Cancels every open order of the account, whoever placed it, and asks again until there is none. Resolves to the venue's ids
 * of those that it cancelled, or to undefined when it was no longer to go on.
 */
export async function cancelAll(venue: Venue, work: Work): Promise<readonly string[] | undefined> {
  const canceled = new Set<string>();
  for (let round = 0; work.goesOn(); round += 1) {
    const retryAfterMs = await cancelRound(venue, work, canceled);
    if (retryAfterMs === 'none open') return [...canceled];
    await work.pause(round, retryAfterMs);
  }
  return undefined;
}

/** One list and its cancellations; the longest wait that the venue asked for. */
async function cancelRound(venue: Venue, work: Work, canceled: Set<string>): Promise<number | undefined | 'none open'> {
  let open;
  try {
    open = await venue.openOrders();
  } catch (error) {
    work.logger.warn({ err: error }, 'open orders cannot be asked for, asking again');
    return undefined;
  }
  if (open.length === 0) return 'none open';
  let longestMs: number | undefined;
  for (const { venueOrderId, symbol } of open) {
    if (!work.goesOn()) return longestMs;
    const result = await venue.cancel({ venueOrderId, symbol });
    work.logger.warn({ venueOrderId, symbol, ...result }, `cancelling an order: ${result.outcome}`);
    if (result.outcome === 'canceled') canceled.add(venueOrderId);
    if (result.outcome === 'not_done') longestMs = Math.max(longestMs ?? 0, result.retryAfterMs ?? 0);
  }
  return longestMs;
}
