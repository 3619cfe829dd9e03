import { TransientError } from '@octant/platform/errors/errors';
import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { OrderSide, TimeframeName } from '@octant/trading/messages/envelope';
import type { OrderState } from '@octant/trading/messages/execution';
import {
  canceledReason,
  type ExecAccount,
  type HaltState,
  type LastCandle,
  type OpenOrder,
} from '../account/account.js';
import type { AccountStore, AppliedHalt, FillsChange, KnownOrder, OrderChange, OrderIntent } from './account-store.js';
import { insertExitOrders, restingExitsOf, writeExits, writeLastCandles, type ExitsRow } from './exit-rows.js';

const OPEN_STATES = `('intended', 'sent', 'acknowledged', 'partially_filled', 'unknown')`;

/** The account's tables in Postgres (migrations 030 and 086). */
export function postgresAccountStore(database: Database): AccountStore {
  return {
    async open(startEquityQuote) {
      await database.query(
        `INSERT INTO paper_account (start_equity_quote, cash_quote) VALUES ($1, $1) ON CONFLICT DO NOTHING`,
        [startEquityQuote],
      );
    },
    load: () => loadAccount(database),
    async lastFillSeqBefore(atMs) {
      const text = 'SELECT coalesce(max(fill_seq), 0) AS seq FROM fills WHERE at_ms < $1';
      return Number((await database.query<{ seq: string }>(text, [atMs])).rows[0]?.seq ?? 0);
    },
    insertOrder,
    applyFills,
    applyHalt,
    endExits,
    cancelSession,
  };
}

interface AccountRow {
  readonly revision: string;
  readonly start_equity_quote: string;
  readonly cash_quote: string;
  readonly last_fill_seq: string;
  readonly last_fill_at_ms: string;
  readonly halt_version: string;
  readonly halted: boolean;
  readonly halt_reason: string | null;
  readonly positions: readonly { symbol: string; qty: string; cost_quote: string }[];
  readonly open_orders: readonly OpenOrderRow[];
  readonly exits: readonly (ExitsRow & OpenOrderRow)[];
  readonly last_candles: readonly LastCandle[];
}

export interface OpenOrderRow {
  readonly order_id: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly reference_price: string;
  /** A number in JSON, text in a row. */
  readonly not_before_ms: number | string;
  readonly timeframe: TimeframeName | null;
  readonly state: OrderState;
  readonly request_id: string;
  readonly session_id: string;
  readonly trace_id: string;
  readonly exits_terms: ExitTerms | null;
  readonly filled_qty: string;
  readonly fill_count: number;
  readonly last_fill_ms: number | string | null;
}

/** An order as JSON; amounts go through text, JSON would make them floats. */
const ORDER_JSON = `'order_id', o.order_id, 'symbol', o.symbol, 'side', o.side, 'qty', o.qty::text,
  'reference_price', o.reference_price::text, 'not_before_ms', o.not_before_ms, 'timeframe', o.timeframe, 'state', o.state,
  'request_id', o.request_id, 'session_id', o.session_id, 'trace_id', o.trace_id, 'exits_terms', o.exits,
  'filled_qty', o.filled_qty::text, 'fill_count', o.fill_count, 'last_fill_ms', o.last_fill_ms`;

/** One statement, so that all of it is of one moment. An exit's order rests with its exits, not by itself. */
const LOAD = `
  SELECT a.*,
    coalesce((SELECT at_ms FROM fills ORDER BY fill_seq DESC LIMIT 1), 0) AS last_fill_at_ms,
    (SELECT coalesce(json_agg(json_build_object('symbol', symbol, 'qty', qty::text, 'cost_quote', cost_quote::text)
       ORDER BY symbol), '[]') FROM paper_positions) AS positions,
    (SELECT coalesce(json_agg(json_build_object(${ORDER_JSON}) ORDER BY o.order_seq), '[]')
       FROM orders o WHERE o.state IN ${OPEN_STATES} AND o.exit_of IS NULL) AS open_orders,
    (SELECT coalesce(json_agg(json_build_object(${ORDER_JSON}, 'left_qty', x.qty::text, 'since_ms', x.since_ms,
       'high_price', x.high_price::text, 'seen_ms', x.seen_ms, 'time_stop_ms', x.time_stop_ms, 'sold_kind', x.sold_kind,
       'sold_order_qty', x.sold_order_qty::text, 'sold_qty', x.sold_qty::text, 'sold_fills', x.sold_fills,
       'sold_at_ms', x.sold_at_ms) ORDER BY x.since_ms, o.order_id COLLATE "C"), '[]')
       FROM paper_exits x JOIN orders o USING (order_id)) AS exits,
    (SELECT coalesce(json_agg(json_build_object('symbol', symbol, 'timeframe', timeframe, 'openTimeMs', open_time_ms,
       'high', high::text, 'low', low::text, 'close', close::text, 'volume', volume::text)
       ORDER BY (symbol || ' ' || timeframe) COLLATE "C"), '[]') FROM paper_candles) AS last_candles
  FROM paper_account a`;

async function loadAccount(sql: Sql): Promise<ExecAccount> {
  const { rows } = await sql.query<AccountRow>(LOAD);
  const [row] = rows;
  if (row === undefined) throw new Error('expected an open paper account, was none');
  const positions = row.positions.map(
    ({ symbol, qty, cost_quote: costQuote }) => [symbol, { qty, costQuote }] as const,
  );
  return {
    revision: Number(row.revision),
    startEquityQuote: row.start_equity_quote,
    cashQuote: row.cash_quote,
    lastFillSeq: Number(row.last_fill_seq),
    lastFillAtMs: Number(row.last_fill_at_ms),
    positions: Object.fromEntries(positions),
    halt: { haltVersion: Number(row.halt_version), halted: row.halted, reason: row.halt_reason },
    openOrders: row.open_orders.map(openOrderOf),
    exits: row.exits.map((exits) =>
      restingExitsOf(exits, openOrderOf({ ...exits, state: 'acknowledged', fill_count: 0 })),
    ),
    lastCandles: row.last_candles,
  };
}

function openOrderOf(row: OpenOrderRow): OpenOrder {
  return {
    orderId: row.order_id,
    symbol: row.symbol,
    side: row.side,
    qty: row.qty,
    referencePrice: row.reference_price,
    notBeforeMs: Number(row.not_before_ms),
    timeframe: row.timeframe ?? undefined,
    ...(row.exits_terms === null ? {} : { exits: row.exits_terms }),
    ...(row.fill_count === 0
      ? {}
      : { filled: { qty: row.filled_qty, fills: row.fill_count, atMs: Number(row.last_fill_ms) } }),
    state: row.state,
    requestId: row.request_id,
    sessionId: row.session_id,
    traceId: row.trace_id,
  };
}

/** Order and revision in one statement: the intent is what stands between a decision and its acknowledgement. */
const INSERT_ORDER = `
  WITH added AS (
    INSERT INTO orders (order_id, client_order_id, session_id, request_id, symbol, side, qty, timeframe, reference_price,
      not_before_ms, halt_version, approval, exchange, simulated, state, reason, trace_id, exits)
    SELECT $2, $3, $4, $5, $6, $7, $8::numeric, $9, $10::numeric, $11::bigint, $12::bigint, $13::jsonb, $14, $15::boolean,
      $16, $17, $18, $19::jsonb
    WHERE EXISTS (SELECT FROM paper_account WHERE revision = $1)
    ON CONFLICT (order_id) DO NOTHING
    RETURNING 1
  ), raised AS (
    UPDATE paper_account SET revision = revision + 1 WHERE revision = $1 AND EXISTS (SELECT FROM added) RETURNING 1
  )
  SELECT (SELECT count(*) FROM added)::int AS added, (SELECT count(*) FROM raised)::int AS raised`;

async function insertOrder(sql: Sql, intent: OrderIntent, expectedRevision: number): Promise<KnownOrder | undefined> {
  const { rows } = await sql.query<{ added: number; raised: number }>(INSERT_ORDER, [
    expectedRevision,
    intent.orderId,
    intent.clientOrderId,
    intent.sessionId,
    intent.requestId,
    intent.symbol,
    intent.side,
    intent.qty,
    intent.timeframe ?? null,
    intent.referencePrice,
    intent.notBeforeMs,
    intent.haltVersion,
    intent.approval === undefined ? null : JSON.stringify(intent.approval),
    intent.exchange,
    intent.simulated,
    intent.state,
    intent.reason ?? null,
    intent.traceId,
    intent.exits === undefined ? null : JSON.stringify(intent.exits),
  ]);
  const [row] = rows;
  if (row?.added === 1 && row.raised === 1) return undefined;
  const known = await findKnown(sql, intent.orderId);
  if (known === undefined || row?.added === 1) throw staleAccount(expectedRevision);
  return known;
}

async function findKnown(sql: Sql, orderId: string): Promise<KnownOrder | undefined> {
  const { rows } = await sql.query<Omit<KnownOrder, 'reason'> & { readonly reason: string | null }>(
    `SELECT symbol, side, qty::text AS qty, session_id AS "sessionId", state, reason FROM orders WHERE order_id = $1`,
    [orderId],
  );
  const [row] = rows;
  return row === undefined ? undefined : { ...row, reason: row.reason ?? undefined };
}

async function applyFills(sql: Sql, change: FillsChange): Promise<void> {
  const { account } = change;
  const { rowCount } = await sql.query(
    `UPDATE paper_account SET revision = $1, cash_quote = $2, last_fill_seq = $3 WHERE revision = $1::bigint - 1`,
    [account.revision, account.cashQuote, account.lastFillSeq],
  );
  if (rowCount !== 1) throw staleAccount(account.revision - 1);
  await insertExitOrders(sql, change.exitOrders);
  await insertFills(sql, change.fills);
  await changeOrders(sql, change.orders);
  await writePositions(sql, change);
  await writeExits(sql, change);
  await writeLastCandles(sql, change.lastCandles);
}

async function insertFills(sql: Sql, fills: FillsChange['fills']): Promise<void> {
  if (fills.length === 0) return;
  await sql.query(
    `INSERT INTO fills (fill_id, fill_seq, order_id, fill_number, session_id, symbol, side, qty, price, fee_quote, profit, at_ms)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[],
       $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[], $12::bigint[])`,
    [
      fills.map((fill) => fill.fillId),
      fills.map((fill) => fill.fillSeq),
      fills.map((fill) => fill.orderId),
      fills.map((fill) => fill.fillNumber),
      fills.map((fill) => fill.sessionId),
      fills.map((fill) => fill.symbol),
      fills.map((fill) => fill.side),
      fills.map((fill) => fill.qty),
      fills.map((fill) => fill.price),
      fills.map((fill) => fill.feeQuote),
      fills.map((fill) => fill.profit),
      fills.map((fill) => fill.atMs),
    ],
  );
}

async function changeOrders(sql: Sql, changes: readonly OrderChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { rowCount } = await sql.query(
    `UPDATE orders o SET state = e.state, reason = e.reason, filled_qty = e.filled_qty,
       fill_count = coalesce(e.fill_count, o.fill_count), last_fill_ms = coalesce(e.last_fill_ms, o.last_fill_ms),
       updated_at = now()
     FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::int[], $6::bigint[])
       AS e (order_id, state, reason, filled_qty, fill_count, last_fill_ms)
     WHERE o.order_id = e.order_id AND o.state IN ${OPEN_STATES}`,
    [
      changes.map((change) => change.orderId),
      changes.map((change) => change.state),
      changes.map((change) => change.reason ?? null),
      changes.map((change) => change.filledQty),
      changes.map((change) => change.filled?.fills ?? null),
      changes.map((change) => change.filled?.atMs ?? null),
    ],
  );
  if (rowCount !== changes.length) {
    throw new Error(`expected ${String(changes.length)} open orders to change, was ${String(rowCount)}`);
  }
}

async function writePositions(sql: Sql, { account, fills }: FillsChange): Promise<void> {
  const symbols = [...new Set(fills.map((fill) => fill.symbol))];
  if (symbols.length === 0) return;
  const held = symbols.flatMap((symbol) => {
    const position = account.positions[symbol];
    return position === undefined ? [] : [{ symbol, ...position }];
  });
  if (held.length < symbols.length) {
    const flat = symbols.filter((symbol) => account.positions[symbol] === undefined);
    await sql.query(`DELETE FROM paper_positions WHERE symbol = ANY($1)`, [flat]);
  }
  if (held.length === 0) return;
  await sql.query(
    `INSERT INTO paper_positions (symbol, qty, cost_quote)
     SELECT * FROM unnest($1::text[], $2::numeric[], $3::numeric[])
     ON CONFLICT (symbol) DO UPDATE SET qty = excluded.qty, cost_quote = excluded.cost_quote`,
    [held.map(({ symbol }) => symbol), held.map(({ qty }) => qty), held.map(({ costQuote }) => costQuote)],
  );
}

/** The account's row is locked first, so that no fill or order comes between the halt and its cancellations. */
async function applyHalt(sql: Sql, halt: HaltState): Promise<AppliedHalt> {
  const { haltVersion, halted, reason } = halt;
  const { rowCount } = await sql.query(
    `UPDATE paper_account SET revision = revision + 1, halt_version = $1, halted = $2, halt_reason = $3
     WHERE halt_version < $1`,
    [haltVersion, halted, reason],
  );
  if (rowCount === 0) {
    const { rows } = await sql.query<{ halt_version: string }>('SELECT halt_version FROM paper_account');
    return { haltVersion: Number(rows[0]?.halt_version ?? 0), canceled: [] };
  }
  if (!halted) return { haltVersion, canceled: [] };
  return {
    haltVersion,
    canceled: await cancelOpen(sql, { which: 'side = $2', value: 'buy', reason: canceledReason(halt) }),
  };
}

async function endExits(sql: Sql, sessionId: string): Promise<readonly OpenOrder[]> {
  await sql.query('UPDATE paper_account SET revision = revision + 1');
  const { rows } = await sql.query<OpenOrderRow>(
    `WITH ended AS (
       DELETE FROM paper_exits x USING orders o WHERE o.order_id = x.order_id AND o.session_id = $1
       RETURNING o.order_id, o.symbol, o.side, o.qty, o.reference_price, o.not_before_ms, o.timeframe, o.request_id,
         o.session_id, o.trace_id, o.exits AS exits_terms
     )
     SELECT *, 'acknowledged' AS state, 0 AS fill_count FROM ended ORDER BY order_id COLLATE "C"`,
    [sessionId],
  );
  return rows.map(openOrderOf);
}

/** The account's row is locked first, so that no fill comes between; an account that is not open yet has no orders. */
async function cancelSession(sql: Sql, sessionId: string, reason: string): Promise<readonly OpenOrder[]> {
  await sql.query('UPDATE paper_account SET revision = revision + 1');
  return cancelOpen(sql, { which: 'session_id = $2', value: sessionId, reason });
}

async function cancelOpen(
  sql: Sql,
  { which, value, reason }: { which: 'side = $2' | 'session_id = $2'; value: string; reason: string },
): Promise<readonly OpenOrder[]> {
  const { rows } = await sql.query<OpenOrderRow>(
    `WITH ended AS (
       UPDATE orders SET state = 'canceled', reason = $1, updated_at = now()
       WHERE ${which} AND state IN ${OPEN_STATES}
       RETURNING order_id, order_seq, symbol, side, qty, reference_price, not_before_ms, timeframe, state, request_id,
         session_id, trace_id, exits AS exits_terms, filled_qty, fill_count, last_fill_ms
     )
     SELECT * FROM ended ORDER BY order_seq`,
    [reason, value],
  );
  return rows.map(openOrderOf);
}

function staleAccount(expectedRevision: number): TransientError {
  return new TransientError(`expected the account at revision ${String(expectedRevision)}, was changed since`, {
    code: 'stale_account',
    retryAfterMs: 10,
  });
}
