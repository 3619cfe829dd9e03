import type { Sql } from '../postgres/sql.js';
import type { Identified } from './encode-message.js';

/** A message that waits in the outbox. */
export interface OutboxRow {
  readonly outboxId: string;
  readonly traceId: string | undefined;
  readonly message: Identified;
}

/**
 * Stores messages for publishing, in the caller's transaction; the agent's relay publishes them after the commit.
 * For effects of routes and timers that must not be forgotten; handlers return their messages instead.
 * Returns the rows' ids.
 */
export async function writeOutbox(
  sql: Sql,
  entry: {
    agent: string;
    messages: readonly Identified[];
    traceId?: string;
    /** The inbox row that it belongs to. */
    cause?: { consumer: string; messageId: string };
  },
): Promise<string[]> {
  const { messages, cause } = entry;
  if (messages.length === 0) return [];
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO outbox (agent, trace_id, cause_consumer, cause_message_id, stream, type, message_id, payload)
     SELECT $1, $2, $3, $4, m.stream, m.type, m.message_id, m.payload::json
     FROM unnest($5::text[], $6::text[], $7::text[], $8::text[]) WITH ORDINALITY
       AS m (stream, type, message_id, payload, position)
     ORDER BY m.position
     RETURNING id`,
    [
      entry.agent,
      entry.traceId ?? null,
      cause?.consumer ?? null,
      cause?.messageId ?? null,
      messages.map((message) => message.stream),
      messages.map((message) => message.type),
      messages.map((message) => message.id),
      messages.map((message) => JSON.stringify(message.payload)),
    ],
  );
  return rows.map((row) => row.id);
}

interface RawRow {
  id: string;
  trace_id: string | null;
  stream: string;
  type: string;
  message_id: string;
  payload: Record<string, unknown>;
}

const COLUMNS = 'id, trace_id, stream, type, message_id, payload';

/** What is left in the outbox of one handled message, in the order it was written. */
export async function findOutboxOfCause(
  sql: Sql,
  cause: { consumer: string; messageId: string },
): Promise<OutboxRow[]> {
  const { rows } = await sql.query<RawRow>(
    `SELECT ${COLUMNS} FROM outbox WHERE cause_consumer = $1 AND cause_message_id = $2 ORDER BY id`,
    [cause.consumer, cause.messageId],
  );
  return rows.map(fromRaw);
}

/** The agent's oldest rows that are older than `olderThanMs`, in the order they were written. */
export async function findOutboxOfAgent(
  sql: Sql,
  query: { agent: string; olderThanMs: number; afterId: string; limit: number },
): Promise<OutboxRow[]> {
  const { rows } = await sql.query<RawRow>(
    `SELECT ${COLUMNS} FROM outbox
     WHERE agent = $1 AND id > $2 AND created_at <= now() - make_interval(secs => $3::float8 / 1000)
     ORDER BY id LIMIT $4`,
    [query.agent, query.afterId, query.olderThanMs, query.limit],
  );
  return rows.map(fromRaw);
}

/** Removes rows that are published. */
export async function deleteOutbox(sql: Sql, outboxIds: readonly string[]): Promise<void> {
  if (outboxIds.length > 0) await sql.query('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [outboxIds]);
}

function fromRaw(row: RawRow): OutboxRow {
  return {
    outboxId: row.id,
    traceId: row.trace_id ?? undefined,
    message: { stream: row.stream, type: row.type, id: row.message_id, payload: row.payload },
  };
}
