import { PermanentError } from '../errors/errors.js';
import { NotDoneError } from './not-done-error.js';

/** `acquired`: a request may be under way. `not_done`: none had an effect, none is under way. */
export type EffectState = 'acquired' | 'not_done' | 'confirmed' | 'needs_reconciliation';

/** An external effect's row; times are the database's, epoch ms. */
export interface EffectRow {
  readonly state: EffectState;
  readonly owner: string;
  readonly leaseUntilMs: number;
  /** All requests so far are refused by the provider after it; null: one of them never expires. */
  readonly requestsExpireAtMs: number | null;
  readonly attempts: number;
  /** JSON value; null unless `confirmed`. */
  readonly confirmation: unknown;
}

/** How one provider behaves, all in ms. */
export interface ProviderTerms {
  /** Name of the provider and of the kind of effect there, e.g. `binance.order`; keys are unique in it. */
  readonly name: string;
  /**
   * The provider refuses a request that reaches it later than so long after it was issued. Left out when it has nothing
   * of the kind: then an effect is requested at most once.
   */
  readonly expiryMs?: number;
  /** Most that the provider's clock and the database's differ. */
  readonly clockSkewMs: number;
  /** Longest from the provider's accepting a request until its look-up shows it. */
  readonly flightMs: number;
  /** How long an attempt has the effect for itself: more than `expiryMs + clockSkewMs + flightMs`, plus the look-up's time. */
  readonly leaseMs: number;
}

export type NextStep =
  | { readonly step: 'answer'; readonly confirmation: unknown }
  | { readonly step: 'wait'; readonly ms: number }
  /** `lookUp`: ask before anything is sent; `maySend`: a look-up that finds nothing is conclusive. */
  | { readonly step: 'take_over'; readonly lookUp: boolean; readonly maySend: boolean }
  | { readonly step: 'reconcile' };

/**
 * What an attempt does about a row that it finds, at the database's time `nowMs`. A lease that has run out can be taken
 * over, and because no request outlives the lease it was sent under, "no such effect" is then conclusive; where requests
 * do not expire it never is.
 */
export function decideNextStep(row: EffectRow, nowMs: number, canLookUp: boolean): NextStep {
  switch (row.state) {
    case 'confirmed':
      return { step: 'answer', confirmation: row.confirmation };
    case 'not_done':
      return { step: 'take_over', lookUp: false, maySend: true };
    case 'needs_reconciliation':
      return canLookUp ? { step: 'take_over', lookUp: true, maySend: false } : { step: 'reconcile' };
    case 'acquired':
      if (row.leaseUntilMs > nowMs) return { step: 'wait', ms: row.leaseUntilMs - nowMs };
      if (!canLookUp) return { step: 'reconcile' };
      return { step: 'take_over', lookUp: true, maySend: row.requestsExpireAtMs !== null };
  }
}

export type SendStep =
  | { readonly step: 'send'; readonly issuedAtMs: number; readonly expiresAtMs: number | undefined }
  | { readonly step: 'renew' };

/**
 * Whether a request that is issued at `nowMs` is dead, and known to be, before the lease ends. `nowMs` must not be
 * earlier than the database's time.
 */
export function decideSend(terms: ProviderTerms, leaseUntilMs: number, nowMs: number): SendStep {
  if (terms.expiryMs === undefined) {
    return nowMs < leaseUntilMs ? { step: 'send', issuedAtMs: nowMs, expiresAtMs: undefined } : { step: 'renew' };
  }
  const expiresAtMs = nowMs + terms.expiryMs;
  if (expiresAtMs + terms.clockSkewMs + terms.flightMs >= leaseUntilMs) return { step: 'renew' };
  return { step: 'send', issuedAtMs: nowMs, expiresAtMs };
}

/** What is known after `send` threw: the provider did nothing, or nobody knows; and then whether anybody will. */
export function decideAfterFailedSend(error: unknown, canLookUp: boolean): 'not_done' | 'wait' | 'reconcile' {
  if (error instanceof PermanentError || error instanceof NotDoneError) return 'not_done';
  return canLookUp ? 'wait' : 'reconcile';
}

/** @throws RangeError when a request could outlive the lease. */
export function checkTerms(terms: ProviderTerms): void {
  const leastMs = (terms.expiryMs ?? 0) + terms.clockSkewMs + terms.flightMs;
  if (terms.leaseMs > leastMs) return;
  throw new RangeError(
    `expected leaseMs of ${terms.name} above expiry, clock skew and flight (${leastMs}), was ${terms.leaseMs}`,
  );
}
