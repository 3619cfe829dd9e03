import { isDeskClientOrderId } from '@octant/venue/venue-client-order-id';
import type { Venue, VenueOrder } from '@octant/venue/venue';
import type { Work } from './work.js';

export interface Cancelled {
  /** The venue's ids of those that were cancelled. */
  readonly canceled: readonly string[];
  /** Open orders that were left. */
  readonly kept: number;
}

/**
 * Cancels the open orders of the account, whoever placed them, and asks again until there is none but those that are kept.
 * Undefined when it was no longer to go on.
 */
export async function cancelAll(
  venue: Venue,
  work: Work,
  isKept: (order: VenueOrder) => boolean,
): Promise<Cancelled | undefined> {
  const canceled = new Set<string>();
  for (let round = 0; work.goesOn(); round += 1) {
    const done = await cancelRound(venue, work, { canceled, isKept });
    if (done.kept !== undefined) return { canceled: [...canceled], kept: done.kept };
    await work.pause(round, done.retryAfterMs);
  }
  return undefined;
}

/**
 * What an executor that is silent leaves at the venue to protect what it holds: sells with a client id of a desk. There are no
 * others of it than exits and parts of a sale, and a sell on spot only reduces.
 */
export function isExitOf(venue: Pick<Venue, 'id'>, { side, clientOrderId }: VenueOrder): boolean {
  return side === 'sell' && clientOrderId !== undefined && isDeskClientOrderId(venue.id, clientOrderId);
}

/** One list and its cancellations: how many are kept when no others are open, else the longest wait that the venue asked for. */
async function cancelRound(
  venue: Venue,
  work: Work,
  { canceled, isKept }: { readonly canceled: Set<string>; readonly isKept: (order: VenueOrder) => boolean },
): Promise<{ readonly kept?: number; readonly retryAfterMs?: number | undefined }> {
  let open;
  try {
    open = await venue.openOrders();
  } catch (error) {
    work.logger.warn({ err: error }, 'open orders cannot be asked for, asking again');
    return {};
  }
  const doomed = open.filter((order) => !isKept(order));
  if (doomed.length === 0) return { kept: open.length };
  let retryAfterMs: number | undefined;
  for (const { venueOrderId, symbol } of doomed) {
    if (!work.goesOn()) return { retryAfterMs };
    const result = await venue.cancel({ venueOrderId, symbol });
    work.logger.warn({ venueOrderId, symbol, ...result }, `cancelling an order: ${result.outcome}`);
    if (result.outcome === 'canceled') canceled.add(venueOrderId);
    if (result.outcome === 'not_done') retryAfterMs = Math.max(retryAfterMs ?? 0, result.retryAfterMs ?? 0);
  }
  return { retryAfterMs };
}
