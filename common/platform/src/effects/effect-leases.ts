import type { Sql } from '../postgres/sql.js';
import type { EffectRow, ProviderTerms } from './decide-effect.js';

export interface EffectId {
  readonly provider: string;
  readonly key: string;
}

/** What an attempt asks for. */
export interface LeaseRequest {
  readonly id: EffectId;
  /** Token of this attempt, never used before. */
  readonly owner: string;
  readonly terms: ProviderTerms;
}

/** A lease as it was granted; both times are the database's, epoch ms. */
export interface Grant {
  readonly grantedAtMs: number;
  readonly leaseUntilMs: number;
  readonly attempts: number;
}

/** How an attempt ends that has not confirmed its effect. */
export interface LeaseEnd {
  readonly state: 'acquired' | 'not_done' | 'needs_reconciliation';
  /** From when on others may take over, epoch ms of the database; undefined = now. */
  readonly leaseUntilMs?: number;
  /** When the request was issued; undefined = none was. */
  readonly sentAtMs?: number | undefined;
  readonly error: string;
}

/** The rows of external effects. Time is the store's own, so that the agents' clocks play no part. */
export interface EffectLeases {
  /** A lease on an effect that nobody tried before; undefined when there is a row. */
  open(request: LeaseRequest): Promise<Grant | undefined>;
  find(id: EffectId): Promise<{ readonly row: EffectRow; readonly nowMs: number } | undefined>;
  /** A lease on a row as it was seen; undefined when somebody has taken or renewed it since. */
  takeOver(request: LeaseRequest, seen: EffectRow): Promise<Grant | undefined>;
  /** Extends a lease, also one that ran out and that nobody took over; undefined when somebody did. */
  renew(request: LeaseRequest): Promise<Grant | undefined>;
  /** Ends an attempt; false when somebody else has the effect by now, and nothing was written. */
  end(request: LeaseRequest, end: LeaseEnd): Promise<boolean>;
  /**
   * Notes in the caller's transaction that the effect is there, whoever has the lease: the provider said so. Returns the
   * confirmation that was stored first.
   */
  confirm(sql: Sql, id: EffectId, found: { confirmation: unknown; sentAtMs: number | undefined }): Promise<unknown>;
}
