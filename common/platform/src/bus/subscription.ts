import type { Sql } from '../postgres/sql.js';
import type { Incoming, Outgoing, StateWrite } from './message.js';

/**
 * What a handler wants to happen; the bus does it, exactly once per message id and group.
 * With `transaction` the effect is in Postgres: the bus opens a transaction, inserts the inbox row, runs it only if the
 * row was new, stores the messages that it returns (and `messages`) in the outbox, commits, relays, acknowledges. It shares
 * that database transaction with others that wait at the same time, and may run again after a rollback: it touches nothing
 * but `sql`.
 */
export interface HandlerResult {
  readonly messages?: readonly Outgoing[];
  readonly state?: readonly StateWrite[];
  readonly transaction?: (sql: Sql) => Promise<readonly Outgoing[]>;
  /** Called after the commit took effect (OK), never after STALE, FENCED or DUP: refresh a cache, settle a promise. */
  readonly onCommitted?: () => void;
}

/** Anything with zod's `safeParse`. */
export interface PayloadSchema<Payload> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: Payload }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
}

export interface Subscription<Payload = unknown> {
  readonly stream: string;
  readonly group: string;
  readonly schema: PayloadSchema<Payload>;
  /** Payloads this group does not care about are acknowledged without a handler call. */
  readonly accepts?: (payload: Payload) => boolean;
  readonly handle: (message: Incoming<Payload>) => Promise<HandlerResult> | HandlerResult;
  /** Messages with the same key run one after the other, over all subscriptions of the group in this process. */
  readonly orderedBy?: (payload: Payload) => string;
  /** Counted failures before dead-lettering; default 5. */
  readonly maxFailures?: number;
}

/** Keeps the payload's type between schema and handler, then forgets it so that lists of subscriptions can be mixed. */
export function subscription<Payload>(definition: Subscription<Payload>): Subscription {
  return definition as unknown as Subscription;
}
