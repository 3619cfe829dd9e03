import type { Sql } from '../postgres/sql.js';
import type { Identified } from './encode-message.js';

/** A message in the outbox. */
export interface OutboxRow {
  readonly outboxId: string;
  readonly traceId: string | undefined;
  readonly message: Identified;
  /** It is known to be in Redis. */
  readonly published: boolean;
}

/** A handled message: the key of its inbox row. */
export interface Cause {
  /** `group@stream`. */
  readonly consumer: string;
  readonly messageId: string;
}

/** Messages that are stored together, and where they came from. */
export interface OutboxEntry {
  readonly messages: readonly Identified[];
  readonly traceId?: string;
  /** The inbox row that they belong to. */
  readonly cause?: Cause;
}

/**
 * Stores messages for publishing, in the caller's transaction; the agent's relay publishes them after the commit.
 * For effects of routes and timers that must not be forgotten; handlers return their messages instead.
 * Returns the rows' ids.
 */
export async function writeOutbox(sql: Sql, entry: OutboxEntry & { agent: string }): Promise<string[]> {
  const [ids] = await writeOutboxEntries(sql, entry.agent, [entry]);
  return ids ?? [];
}

/** Stores the messages of several entries in one statement, in their order; returns the rows' ids, entry by entry. */
export async function writeOutboxEntries(
  sql: Sql,
  agent: string,
  entries: readonly OutboxEntry[],
): Promise<string[][]> {
  const flat = entries.flatMap(({ messages, ...entry }) => messages.map((message) => ({ ...entry, message })));
  if (flat.length === 0) return entries.map(() => []);
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO outbox (agent, trace_id, cause_consumer, cause_message_id, stream, type, message_id, payload)
     SELECT $1, m.trace_id, m.cause_consumer, m.cause_message_id, m.stream, m.type, m.message_id, m.payload::json
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) WITH ORDINALITY
       AS m (trace_id, cause_consumer, cause_message_id, stream, type, message_id, payload, position)
     ORDER BY m.position
     RETURNING id`,
    [
      agent,
      flat.map(({ traceId }) => traceId ?? null),
      flat.map(({ cause }) => cause?.consumer ?? null),
      flat.map(({ cause }) => cause?.messageId ?? null),
      flat.map(({ message }) => message.stream),
      flat.map(({ message }) => message.type),
      flat.map(({ message }) => message.id),
      flat.map(({ message }) => JSON.stringify(message.payload)),
    ],
  );
  let taken = 0;
  return entries.map(({ messages }) => {
    const ids = rows.slice(taken, taken + messages.length).map((row) => row.id);
    taken += messages.length;
    return ids;
  });
}

interface RawRow {
  id: string;
  trace_id: string | null;
  stream: string;
  type: string;
  message_id: string;
  payload: Record<string, unknown>;
  published: boolean;
}

const COLUMNS = 'id, trace_id, stream, type, message_id, payload, published_at IS NOT NULL AS published';

/**
 * The outbox' rows of handled messages, for each in the order they were written, also those that are published: where
 * Redis lost the acknowledgement it lost them with it.
 */
export async function findOutboxOfCauses(sql: Sql, causes: readonly Cause[]): Promise<OutboxRow[][]> {
  if (causes.length === 0) return [];
  const { rows } = await sql.query<RawRow & { position: string }>(
    `SELECT m.position, ${COLUMNS}
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS m (consumer, cause_id, position)
     JOIN outbox ON cause_consumer = m.consumer AND cause_message_id = m.cause_id
     ORDER BY id`,
    [causes.map((cause) => cause.consumer), causes.map((cause) => cause.messageId)],
  );
  const found: OutboxRow[][] = causes.map(() => []);
  for (const row of rows) found[Number(row.position) - 1]?.push(fromRaw(row));
  return found;
}

/** The agent's oldest unpublished rows that are older than `olderThanMs`, in the order they were written. */
export async function findUnpublished(
  sql: Sql,
  query: { agent: string; olderThanMs: number; afterId: string; limit: number },
): Promise<OutboxRow[]> {
  const { rows } = await sql.query<RawRow>(
    `SELECT ${COLUMNS} FROM outbox
     WHERE agent = $1 AND id > $2 AND published_at IS NULL
       AND created_at <= now() - make_interval(secs => $3::float8 / 1000)
     ORDER BY id LIMIT $4`,
    [query.agent, query.afterId, query.olderThanMs, query.limit],
  );
  return rows.map(fromRaw);
}

/** The agent's rows that are unpublished, or were published in the last `sinceDays`, in the order they were written. */
export async function findOutboxSince(
  sql: Sql,
  query: { agent: string; sinceDays: number; afterId: string; limit: number },
): Promise<OutboxRow[]> {
  const { rows } = await sql.query<RawRow>(
    `SELECT ${COLUMNS} FROM outbox
     WHERE agent = $1 AND id > $2 AND (published_at IS NULL OR published_at >= now() - make_interval(days => $3))
     ORDER BY id LIMIT $4`,
    [query.agent, query.afterId, query.sinceDays, query.limit],
  );
  return rows.map(fromRaw);
}

/** Notes that rows are in Redis. */
export async function markOutboxPublished(sql: Sql, outboxIds: readonly string[]): Promise<void> {
  if (outboxIds.length === 0) return;
  await sql.query('UPDATE outbox SET published_at = now() WHERE id = ANY($1::bigint[]) AND published_at IS NULL', [
    outboxIds,
  ]);
}

function fromRaw(row: RawRow): OutboxRow {
  return {
    outboxId: row.id,
    traceId: row.trace_id ?? undefined,
    message: { stream: row.stream, type: row.type, id: row.message_id, payload: row.payload },
    published: row.published,
  };
}
