import type { Outgoing } from '@octant/platform/bus/message';
import { writeOutbox } from '@octant/platform/bus/outbox';
import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { Severity } from '@octant/trading/messages/notify-event';
import type { DeliveryPlan } from '../slack/plan-delivery.js';
import type { SlackNotice } from '../slack/slack-message.js';

/** A notice to store; `id` is its message id. */
export interface NewNotice extends SlackNotice {
  readonly delivery: DeliveryPlan;
}

/** The notices that are stored. */
export interface NoticesTable {
  /** Stores a notice and how its delivery starts, in the caller's transaction; a notice that is there stays as it is. */
  insert(sql: Sql, notice: NewNotice, nowMs: number): Promise<void>;
  /** Newest first, as `/notify/recent` shows them. */
  recent(filter: RecentFilter): Promise<readonly Record<string, unknown>[]>;
  /** Acknowledges what nobody has; how many notices this acknowledgement stands for, the same when it is repeated. */
  acknowledge(acknowledgement: Acknowledgement): Promise<number>;
  /** Deletes notices that were stored before `beforeMs`, oldest first, a bounded number a call; how many. */
  deleteOld(beforeMs: number): Promise<number>;
}

/** The table in Postgres; `agent` owns the outbox rows. */
export function noticesTable(database: Database, agent: string): NoticesTable {
  return {
    insert: insertNotice,
    recent: (filter) => listRecent(database, filter),
    acknowledge: (acknowledgement) => acknowledge(database, agent, acknowledgement),
    deleteOld: (beforeMs) => deleteOldNotices(database, beforeMs),
  };
}

async function insertNotice(sql: Sql, notice: NewNotice, nowMs: number): Promise<void> {
  await sql.query(
    `WITH notice AS (
       INSERT INTO notices (id, type, severity, message, context, request_id, trace_id, published_at, received_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (id) DO NOTHING
       RETURNING id, severity, seq)
     INSERT INTO notice_deliveries (notice_id, channel, state, severity, seq, due_at, reason)
     SELECT id, 'slack', $10, severity, seq, $9, $11 FROM notice`,
    [
      notice.id,
      notice.type,
      notice.severity,
      notice.message,
      JSON.stringify(notice.context),
      notice.requestId,
      notice.traceId,
      notice.publishedAt,
      new Date(nowMs),
      notice.delivery.state,
      notice.delivery.reason,
    ],
  );
}

export interface RecentFilter {
  readonly limit: number;
  readonly severity: Severity | undefined;
  readonly type: string | undefined;
  readonly unacked: boolean;
}

type Instant = Date | string;

interface NoticeRow {
  readonly id: string;
  readonly type: string;
  readonly severity: Severity;
  readonly message: string | null;
  readonly context: Record<string, unknown>;
  readonly request_id: string | null;
  readonly trace_id: string;
  readonly published_at: Instant;
  readonly received_at: Instant;
  readonly acked_at: Instant | null;
  readonly acked_by: string | null;
  readonly deliveries: readonly {
    readonly channel: string;
    readonly state: string;
    readonly attempts: number;
    readonly reason: string | null;
    readonly sentAt: Instant | null;
  }[];
}

async function listRecent(sql: Sql, filter: RecentFilter): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await sql.query<NoticeRow>(
    `SELECT n.id, n.type, n.severity, n.message, n.context, n.request_id, n.trace_id, n.published_at, n.received_at,
            n.acked_at, n.acked_by,
            coalesce((SELECT jsonb_agg(jsonb_build_object('channel', d.channel, 'state', d.state, 'attempts', d.attempts,
                                                          'reason', d.reason, 'sentAt', d.sent_at))
                      FROM notice_deliveries d WHERE d.notice_id = n.id), '[]'::jsonb) AS deliveries
     FROM notices n
     WHERE ($1::text IS NULL OR n.severity = $1)
       AND ($2::text IS NULL OR n.type = $2)
       AND (NOT $3::boolean OR n.acked_at IS NULL)
     ORDER BY n.seq DESC
     LIMIT $4`,
    [filter.severity ?? null, filter.type ?? null, filter.unacked, filter.limit],
  );
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    severity: row.severity,
    message: row.message,
    context: row.context,
    requestId: row.request_id,
    traceId: row.trace_id,
    ts: iso(row.published_at),
    receivedAt: iso(row.received_at),
    ackedAt: iso(row.acked_at),
    ackedBy: row.acked_by,
    deliveries: row.deliveries.map((delivery) => ({ ...delivery, sentAt: iso(delivery.sentAt) })),
  }));
}

function iso(instant: Instant | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

/** Which notices; `key` names the acknowledgement, `by` who made it. */
export interface Acknowledgement {
  readonly target: { readonly traceId: string } | { readonly id: string };
  readonly key: string;
  readonly by: string;
  readonly nowMs: number;
  /** Published with it when it acknowledges any. */
  readonly audit: (acknowledged: number) => Outgoing & { readonly id: string };
}

async function acknowledge(database: Database, agent: string, given: Acknowledgement): Promise<number> {
  const { target, key, by, nowMs, audit } = given;
  const [column, value] = 'traceId' in target ? ['trace_id', target.traceId] : ['id', target.id];
  return database.transaction(async (sql) => {
    const { rowCount } = await sql.query(
      `UPDATE notices SET acked_at = $1, acked_by = $2, ack_key = $3 WHERE ${column} = $4 AND acked_at IS NULL`,
      [new Date(nowMs), by, key, value],
    );
    if (rowCount > 0) {
      await writeOutbox(sql, { agent, messages: [audit(rowCount)] });
      return rowCount;
    }
    const { rows } = await sql.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM notices WHERE ack_key = $1 AND ${column} = $2`,
      [key, value],
    );
    return rows[0]?.n ?? 0;
  });
}

const DELETE_BATCH = 1000;
const DELETE_BATCHES = 20;

async function deleteOldNotices(sql: Sql, beforeMs: number): Promise<number> {
  let deleted = 0;
  for (let batch = 0; batch < DELETE_BATCHES; batch += 1) {
    const { rowCount } = await sql.query(
      `DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE received_at < $1 ORDER BY received_at LIMIT $2)`,
      [new Date(beforeMs), DELETE_BATCH],
    );
    deleted += rowCount;
    if (rowCount < DELETE_BATCH) break;
  }
  return deleted;
}
