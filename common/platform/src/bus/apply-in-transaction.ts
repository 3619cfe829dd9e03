import type { Sql } from '../postgres/sql.js';
import type { Identified } from './encode-message.js';
import { type Cause, type OutboxRow, findOutboxOfCauses, writeOutboxEntries } from './outbox.js';

/** Effects of a handled message that are in Postgres, and the messages that belong to it. */
export interface AppliedTransaction {
  readonly outputs: readonly Identified[];
  /** Rows of the outbox to be marked once the outputs are published. */
  readonly outboxIds: readonly string[];
  /** The inbox knew the message; the effect was not run again. */
  readonly repeated: boolean;
}

/** An effect of a message that is to happen once. It may run more than once, in transactions that are rolled back. */
export interface EffectCall extends Cause {
  readonly traceId: string;
  readonly effect: (sql: Sql) => Promise<readonly Identified[]>;
}

/**
 * Runs the effects of the messages that the inbox did not have, in the order given, and stores what they return; the
 * others get what they stored before. No two calls may be of one message.
 */
export async function applyInTransaction(
  sql: Sql,
  agent: string,
  calls: readonly EffectCall[],
): Promise<AppliedTransaction[]> {
  const inserted = await insertInbox(sql, calls);
  const entries = [];
  const repeats: EffectCall[] = [];
  for (const call of calls) {
    if (inserted.has(causeKey(call))) {
      entries.push({ cause: call, traceId: call.traceId, messages: await call.effect(sql) });
    } else {
      repeats.push(call);
    }
  }
  const ids = await writeOutboxEntries(sql, agent, entries);
  const left = await findOutboxOfCauses(sql, repeats);
  const results = new Map<EffectCall, AppliedTransaction>();
  entries.forEach(({ cause, messages }, index) => {
    results.set(cause, { outputs: messages, outboxIds: ids[index] ?? [], repeated: false });
  });
  repeats.forEach((call, index) => results.set(call, leftOf(left[index] ?? [])));
  return calls.map((call) => results.get(call) ?? leftOf([]));
}

/** What a message stored that was handled before. */
export function leftOf(rows: readonly OutboxRow[]): AppliedTransaction {
  return {
    outputs: rows.map((row) => row.message),
    outboxIds: rows.filter((row) => !row.published).map((row) => row.outboxId),
    repeated: true,
  };
}

/** One text a message and consumer; a group's name has no line break. */
export function causeKey({ consumer, messageId }: Cause): string {
  return `${consumer}\n${messageId}`;
}

/** Keys of the messages that are new. Sorted, so that two processes with the same messages do not deadlock. */
async function insertInbox(sql: Sql, calls: readonly EffectCall[]): Promise<Set<string>> {
  const sorted = [...calls].sort((a, b) => (causeKey(a) < causeKey(b) ? -1 : 1));
  const { rows } = await sql.query<{ consumer: string; message_id: string }>(
    `INSERT INTO inbox (consumer, message_id) SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT DO NOTHING RETURNING consumer, message_id`,
    [sorted.map((call) => call.consumer), sorted.map((call) => call.messageId)],
  );
  return new Set(rows.map((row) => causeKey({ consumer: row.consumer, messageId: row.message_id })));
}
