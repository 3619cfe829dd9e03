import { VenueFailureError } from './venue-failure.js';
import type { VenueRequest } from './venue-requests.js';
import type { VenueOrderRequest } from './venue.js';

/** An order that waits longer for the budget is better decided again. */
const LONGEST_WAIT_MS = 5_000;

/** What placing it takes of the budget: a sale of what is held, or a stop, goes before a purchase. */
export function orderRequestOf({ side, kind }: Pick<VenueOrderRequest, 'side' | 'kind'>): VenueRequest {
  const isExit = side === 'sell' || (kind.type !== 'limit' && kind.type !== 'market');
  return {
    weight: 'order',
    priority: isExit ? 'stop' : 'entry',
    orders: kind.type === 'oco' ? 2 : 1,
    maxWaitMs: LONGEST_WAIT_MS,
  };
}

/** The time at which it is sent. @throws VenueFailureError when it is too late for that. */
export function sendableAt({ expiresAtMs }: Pick<VenueOrderRequest, 'expiresAtMs'>, nowMs: number): number {
  if (expiresAtMs === undefined || nowMs < expiresAtMs) return nowMs;
  const reason = `expected to be sent before ${new Date(expiresAtMs).toISOString()}, was ${new Date(nowMs).toISOString()}`;
  throw new VenueFailureError({ kind: 'not_done', reason, retryAfterMs: undefined });
}
