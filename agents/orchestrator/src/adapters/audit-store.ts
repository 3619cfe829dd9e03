import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { ClosedDay } from '@octant/trading/portfolio/ledger';

export interface PnlDayRow extends Omit<ClosedDay, 'endMs'> {
  readonly endMs: number;
}

export interface DayRange {
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

export interface AuditQuery {
  readonly action?: string;
  readonly subject?: string;
  readonly limit: number;
}

/** The append-only audit and the tables that follow from it. */
export interface AuditStore {
  append(sql: Sql, event: AuditEvent): Promise<void>;
  days(range: DayRange): Promise<readonly PnlDayRow[]>;
  events(query: AuditQuery): Promise<readonly Record<string, unknown>[]>;
}

export function postgresAuditStore(database: Database): AuditStore {
  return {
    append: appendEvent,
    days: (range) => readDays(database, range),
    events: (query) => readEvents(database, query),
  };
}

const INSERT_EVENT = `
  INSERT INTO audit_events (event_id, actor, action, subject, details, at_ms, request_id, trace_id, published_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (event_id) DO NOTHING`;

async function appendEvent(sql: Sql, event: AuditEvent): Promise<void> {
  const { eventId, actor, action, subject, details, atMs, requestId, traceId, ts } = event;
  const values = [eventId, actor, action, subject, JSON.stringify(details), atMs, requestId ?? null, traceId, ts];
  const { rowCount } = await sql.query(INSERT_EVENT, values);
  if (rowCount > 0 && action === 'pnl.day_closed') await insertDay(sql, details as unknown as ClosedDay);
}

async function insertDay(sql: Sql, day: ClosedDay): Promise<void> {
  await sql.query(
    `INSERT INTO pnl_days (day, start_equity_quote, end_equity_quote, pnl_quote, pnl_ratio, realized_quote, fees_quote,
       fills, halted, halt_reason, end_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (day) DO NOTHING`,
    [
      day.day,
      day.startEquityQuote,
      day.endEquityQuote,
      day.pnlQuote,
      day.pnlRatio,
      day.realizedQuote,
      day.feesQuote,
      day.fills,
      day.halted,
      day.haltReason,
      day.endMs,
    ],
  );
}

interface DayRow {
  readonly day: string;
  readonly start_equity_quote: string;
  readonly end_equity_quote: string;
  readonly pnl_quote: string;
  readonly pnl_ratio: number;
  readonly realized_quote: string;
  readonly fees_quote: string;
  readonly fills: number;
  readonly halted: boolean;
  readonly halt_reason: string | null;
  readonly end_ms: string;
}

async function readDays(database: Database, range: DayRange): Promise<readonly PnlDayRow[]> {
  const { rows } = await database.query<DayRow>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, start_equity_quote, end_equity_quote, pnl_quote, pnl_ratio,
       realized_quote, fees_quote, fills, halted, halt_reason, end_ms
     FROM pnl_days WHERE ($1::date IS NULL OR day >= $1) AND ($2::date IS NULL OR day <= $2)
     ORDER BY day LIMIT $3`,
    [range.from ?? null, range.to ?? null, range.limit],
  );
  return rows.map((row) => ({
    day: row.day,
    startEquityQuote: row.start_equity_quote,
    endEquityQuote: row.end_equity_quote,
    pnlQuote: row.pnl_quote,
    pnlRatio: row.pnl_ratio,
    realizedQuote: row.realized_quote,
    feesQuote: row.fees_quote,
    fills: row.fills,
    halted: row.halted,
    haltReason: row.halt_reason,
    endMs: Number(row.end_ms),
  }));
}

async function readEvents(database: Database, query: AuditQuery): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await database.query(
    `SELECT seq, event_id AS "eventId", actor, action, subject, details, at_ms AS "atMs", request_id AS "requestId",
       trace_id AS "traceId", recorded_at AS "recordedAt"
     FROM audit_events WHERE ($1::text IS NULL OR action = $1) AND ($2::text IS NULL OR subject = $2)
     ORDER BY seq DESC LIMIT $3`,
    [query.action ?? null, query.subject ?? null, query.limit],
  );
  return rows;
}
