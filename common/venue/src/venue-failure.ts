/** What became of a request that was not answered as asked. */
export type VenueFailure =
  /** The venue said no, conclusively; nothing happened. */
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  /** Nothing happened, conclusively, and it may be asked again. */
  | { readonly kind: 'not_done'; readonly reason: string; readonly retryAfterMs: number | undefined }
  /** The venue itself says that there is no such order, or none that is open. */
  | { readonly kind: 'no_such_order'; readonly reason: string }
  /** The client order id is taken: what became of the order that has it is to be asked. */
  | { readonly kind: 'duplicate'; readonly reason: string }
  /** It may have had its effect. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Carries a failure up to where it becomes an outcome. */
export class VenueFailureError extends Error {
  override readonly name = 'VenueFailureError';
  readonly failure: VenueFailure;

  constructor(failure: VenueFailure, cause?: unknown) {
    super(failure.reason, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}

/** An order that the venue has not: refused before anything is sent. */
export function unsupported(reason: string): VenueFailureError {
  return new VenueFailureError({ kind: 'refused', code: 'unsupported', reason });
}
