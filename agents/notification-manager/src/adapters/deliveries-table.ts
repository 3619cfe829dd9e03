import type { Sql } from '@octant/platform/postgres/sql';
import type { Severity } from '@octant/trading/messages/notify-event';
import type { SlackNotice } from '../slack/slack-message.js';

/** One attempt that is under way: the row says `sending` until `leaseUntilMs`. */
export interface Claim {
  readonly notice: SlackNotice;
  /** With this one, from 1. */
  readonly attempts: number;
  readonly leaseUntilMs: number;
}

/** How an attempt ended; `pending` is tried again from `dueAtMs` on. */
export type Settlement =
  | { readonly state: 'sent'; readonly sentAtMs: number }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'pending'; readonly reason: string; readonly dueAtMs: number };

/** The deliveries that are still to be made. */
export interface DeliveryQueue {
  /** Takes the oldest delivery that is due, or that a dead process was sending. */
  claim(want: { severities: readonly Severity[]; nowMs: number; leaseMs: number }): Promise<Claim | undefined>;
  settle(claim: Claim, settlement: Settlement): Promise<void>;
  /** Gives up what could not be sent since `beforeMs`; how many. */
  giveUp(beforeMs: number, reason: string): Promise<number>;
}

interface ClaimRow {
  readonly id: string;
  readonly type: string;
  readonly severity: Severity;
  readonly message: string | null;
  readonly context: Record<string, unknown>;
  readonly request_id: string | null;
  readonly trace_id: string;
  readonly published_at: Date | string;
  readonly attempts: number;
}

const CLAIM = `
  UPDATE notice_deliveries d
  SET state = 'sending', attempts = d.attempts + 1, lease_until = $3
  FROM (
    SELECT notice_id, channel FROM notice_deliveries
    WHERE severity = ANY($1)
      AND ((state = 'pending' AND due_at <= $2) OR (state = 'sending' AND lease_until <= $2))
    ORDER BY seq LIMIT 1 FOR UPDATE SKIP LOCKED) next, notices n
  WHERE d.notice_id = next.notice_id AND d.channel = next.channel AND n.id = d.notice_id
  RETURNING n.id, n.type, n.severity, n.message, n.context, n.request_id, n.trace_id, n.published_at, d.attempts`;

/** The queue in Postgres. */
export function deliveryQueue(sql: Sql): DeliveryQueue {
  return {
    async claim({ severities, nowMs, leaseMs }) {
      const leaseUntilMs = nowMs + leaseMs;
      const { rows } = await sql.query<ClaimRow>(CLAIM, [severities, new Date(nowMs), new Date(leaseUntilMs)]);
      const row = rows[0];
      return row === undefined ? undefined : { notice: noticeOf(row), attempts: row.attempts, leaseUntilMs };
    },
    async settle({ notice, leaseUntilMs }, settlement) {
      if (settlement.state === 'sent') {
        // Posted is posted, whoever has the row by now.
        await sql.query(
          `UPDATE notice_deliveries SET state = 'sent', sent_at = $2, lease_until = NULL, reason = NULL
           WHERE notice_id = $1 AND channel = 'slack' AND state IN ('sending', 'pending')`,
          [notice.id, new Date(settlement.sentAtMs)],
        );
        return;
      }
      const dueAt = settlement.state === 'pending' ? new Date(settlement.dueAtMs) : null;
      await sql.query(
        `UPDATE notice_deliveries
         SET state = $3, reason = $4, due_at = coalesce($5, due_at), lease_until = NULL
         WHERE notice_id = $1 AND channel = 'slack' AND state = 'sending' AND lease_until = $2`,
        [notice.id, new Date(leaseUntilMs), settlement.state, settlement.reason, dueAt],
      );
    },
    async giveUp(beforeMs, reason) {
      const { rowCount } = await sql.query(
        `UPDATE notice_deliveries d
         SET state = 'failed', lease_until = NULL, reason = concat_ws('; ', $2::text, d.reason)
         FROM notices n WHERE n.id = d.notice_id AND d.state = 'pending' AND n.received_at < $1`,
        [new Date(beforeMs), reason],
      );
      return rowCount;
    },
  };
}

function noticeOf(row: ClaimRow): SlackNotice {
  return {
    id: row.id,
    type: row.type,
    severity: row.severity,
    message: row.message,
    context: row.context,
    requestId: row.request_id,
    traceId: row.trace_id,
    publishedAt: new Date(row.published_at).toISOString(),
  };
}
