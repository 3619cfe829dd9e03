import { AppError, PermanentError, TransientError } from '@octant/platform/errors/errors';
import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { reasonOf } from './classify-failure.js';
import { VenueFailureError, type VenueFailure } from './venue-failure.js';
import type { PlaceOutcome, VenueOrder, VenueOrderRequest } from './venue.js';

/** Accepted, where the venue's answer is about this order. */
export function acceptedOf(order: VenueOrder, request: VenueOrderRequest): PlaceOutcome {
  const [was, expected] = [termsOf(order), termsOf(request)];
  if (was === expected) return { outcome: 'accepted', order };
  return { outcome: 'unknown', reason: `expected ${expected}, was ${was}` };
}

export function placeOutcomeOf(failure: VenueFailure): PlaceOutcome {
  if (failure.kind === 'refused') return { outcome: 'rejected', code: failure.code, reason: failure.reason };
  if (failure.kind === 'not_done') {
    return { outcome: 'not_done', reason: failure.reason, retryAfterMs: failure.retryAfterMs };
  }
  return { outcome: 'unknown', reason: failure.reason };
}

/** An answer that cannot be read, and whatever else went wrong after a request may have gone out, leaves it unknown. */
export function failureOf(error: unknown): VenueFailure {
  if (error instanceof VenueFailureError) return error.failure;
  if (error instanceof PermanentError) return { kind: 'refused', code: error.code, reason: error.message };
  return { kind: 'unknown', reason: reasonOf(error) };
}

/** What a question throws that was not answered. */
export function asQuestionError(id: string, error: unknown): unknown {
  if (!(error instanceof VenueFailureError)) return error instanceof AppError ? error : unreachable(id, error);
  const { failure } = error;
  if (failure.kind === 'refused' || failure.kind === 'no_such_order') {
    return new PermanentError(`${id} refuses: ${failure.reason}`, { code: 'venue_refused', cause: error });
  }
  return unreachable(id, error, failure.kind === 'not_done' ? failure.retryAfterMs : undefined);
}

function unreachable(id: string, error: unknown, retryAfterMs?: number): TransientError {
  return new TransientError(`${id} does not answer: ${reasonOf(error)}`, {
    code: 'venue_unreachable',
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function termsOf({
  clientOrderId,
  symbol,
  side,
  qty,
}: Pick<VenueOrder, 'clientOrderId' | 'symbol' | 'side' | 'qty'>): string {
  return `${side} ${formatDecimal(parseDecimal(qty))} ${symbol} as ${String(clientOrderId)}`;
}
