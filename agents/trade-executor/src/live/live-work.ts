import type { Outgoing } from '@octant/platform/bus/message';
import type { LiveTransaction } from '../adapters/live-store.js';
import type { LiveCrashPoint } from './crash-points.js';

/** A transaction, and what follows once it is committed. It may run more than once. */
export interface LiveWork {
  readonly live: LiveTransaction;
  /** Stores messages in the outbox; they are published right after the commit. */
  say(messages: readonly Outgoing[], traceId: string): Promise<void>;
  onCommitted(act: () => void): void;
}

/** Where a transaction may die. */
export interface TransactionPoints {
  readonly uncommitted: LiveCrashPoint;
  readonly after: LiveCrashPoint;
}
