import type { Identified } from '@octant/platform/bus/encode-message';
import { writeOutbox, writeOutboxEntries } from '@octant/platform/bus/outbox';
import type { Sql } from '@octant/platform/postgres/sql';
import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { Difference, FoundDifference } from '../live/difference.js';
import type { LiveAccount } from '../live/live-account.js';
import type { LiveIntent, LiveOrder } from '../live/live-order.js';
import type { VenueFill } from '@octant/venue/venue';
import { exitStatements } from './live-exit-rows.js';
import {
  COMMAND_COLUMNS,
  DIFFERENCE_COLUMNS,
  differenceOf,
  LOAD_ACCOUNT,
  liveAccountOf,
  liveOrderOf,
  OPEN_LIST,
  ORDER_COLUMNS,
  patchSql,
  type DifferenceRow,
  type LiveAccountRow,
  type LiveOrderRow,
  type VenueFillRow,
} from './live-rows.js';
import type {
  AdminCommand,
  BooksChange,
  LiveFillRow,
  LiveTransaction,
  OrderKey,
  VenueFillState,
} from './live-store.js';

const AGENT = 'trade-executor';

/** The live transaction within an open one of Postgres; `venue` names the fills' exchange. */
export function postgresLiveTransaction(sql: Sql, venue: () => string): LiveTransaction {
  return {
    lockAccount: async () => {
      await sql.query('SELECT FROM live_account FOR UPDATE');
      return loadLiveAccount(sql);
    },
    saveBooks: (change) => saveBooks(sql, change),
    saveHalt: async ({ haltVersion, halted, reason }) => {
      await sql.query('UPDATE live_account SET halt_version = $1, halted = $2, halt_reason = $3', [
        haltVersion,
        halted,
        reason,
      ]);
    },
    confirmLive: async (by) => {
      await sql.query('UPDATE live_account SET confirmed_by = $1, confirmed_at = now() WHERE confirmed_at IS NULL', [
        by,
      ]);
    },
    insertOrder: (intent) => insertOrder(sql, intent),
    lockOrder: (key) => lockOrder(sql, key),
    lockOpenOrders: async ({ side, sessionId, symbols }) => {
      const { rows } = await sql.query<LiveOrderRow>(
        `SELECT ${ORDER_COLUMNS} FROM orders o
         WHERE o.state IN ${OPEN_LIST} AND ($1::text IS NULL OR o.side = $1) AND ($2::text IS NULL OR o.session_id = $2)
           AND ($3::text[] IS NULL OR o.symbol = ANY($3)) ORDER BY o.order_seq FOR UPDATE`,
        [side ?? null, sessionId ?? null, symbols ?? null],
      );
      return rows.map(liveOrderOf);
    },
    lockParts: async (orderId) => {
      const { rows } = await sql.query<LiveOrderRow>(
        `SELECT ${ORDER_COLUMNS} FROM orders o WHERE o.part_of = $1 ORDER BY o.order_seq FOR UPDATE`,
        [orderId],
      );
      return rows.map(liveOrderOf);
    },
    updateOrder: async (orderId, patch) => {
      const { set, values } = patchSql(patch);
      await sql.query(`UPDATE orders SET ${set}, updated_at = now() WHERE order_id = $1`, [orderId, ...values]);
    },
    ...fillStatements(sql, venue),
    ...differenceStatements(sql),
    ...commandStatements(sql),
    ...exitStatements(sql),
    publish: async (messages: readonly Identified[], traceId) => {
      await writeOutbox(sql, { agent: AGENT, messages, traceId });
    },
    publishAll: async (said) => {
      await writeOutboxEntries(sql, AGENT, said);
    },
  };
}

function fillStatements(
  sql: Sql,
  venue: () => string,
): Pick<LiveTransaction, 'insertFill' | 'findVenueFill' | 'putVenueFill' | 'acceptVenueFill' | 'putBaseline'> {
  return {
    insertFill: (fill) => insertFill(sql, fill),
    findVenueFill: (fill) => findVenueFill(sql, venue(), fill),
    putVenueFill: (fill, state) => putVenueFill(sql, fill, { ...state, venue: venue() }),
    acceptVenueFill: async ({ symbol, tradeId }) => {
      await sql.query(
        `UPDATE live_venue_fills SET state = 'accepted'
         WHERE venue = $1 AND symbol = $2 AND trade_id = $3 AND state IN ('unmatched', 'unbookable')`,
        [venue(), symbol, tradeId],
      );
    },
    putBaseline: async (currency, amount) => {
      await sql.query(
        `INSERT INTO live_baselines (currency, amount) VALUES ($1, $2)
         ON CONFLICT (currency) DO UPDATE SET amount = excluded.amount`,
        [currency, amount],
      );
    },
  };
}

function commandStatements(sql: Sql): Pick<LiveTransaction, 'findCommand' | 'insertCommand' | 'updateCommand'> {
  return {
    findCommand: async (key) => {
      const { rows } = await sql.query<AdminCommand>(`SELECT ${COMMAND_COLUMNS} FROM live_commands WHERE key = $1`, [
        key,
      ]);
      return rows[0];
    },
    insertCommand: async ({ key, action, symbols, state, rounds, actor, answer }) => {
      await sql.query(
        `INSERT INTO live_commands (key, action, symbols, state, rounds, actor, answer)
         VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)`,
        [key, action, symbols, state, rounds, actor, JSON.stringify(answer)],
      );
    },
    updateCommand: async (key, { state, rounds }) => {
      await sql.query('UPDATE live_commands SET state = $2, rounds = $3 WHERE key = $1', [key, state, rounds]);
    },
  };
}

/** @throws Error when the account is not open. */
export async function loadLiveAccount(sql: Sql): Promise<LiveAccount> {
  const { rows } = await sql.query<LiveAccountRow>(LOAD_ACCOUNT);
  const [row] = rows;
  if (row === undefined) throw new Error('expected an open live account, was none');
  return liveAccountOf(row, (amounts) =>
    formatDecimal(amounts.reduce((sum, amount) => sum.plus(parseDecimal(amount)), parseDecimal('0'))),
  );
}

async function saveBooks(sql: Sql, change: BooksChange): Promise<void> {
  const { cashQuote, lastFillSeq, lastFillAtMs, symbol, position } = change;
  await sql.query(
    `WITH account AS (
       UPDATE live_account SET cash_quote = $1, last_fill_seq = $2, last_fill_at_ms = $3
     ), flat AS (
       DELETE FROM live_positions WHERE symbol = $4 AND $5::numeric = 0
     )
     INSERT INTO live_positions (symbol, qty, cost_quote) SELECT $4, $5::numeric, $6::numeric WHERE $5::numeric > 0
     ON CONFLICT (symbol) DO UPDATE SET qty = excluded.qty, cost_quote = excluded.cost_quote`,
    [cashQuote, lastFillSeq, lastFillAtMs, symbol, position.qty, position.costQuote],
  );
}

async function insertOrder(sql: Sql, intent: LiveIntent): Promise<boolean> {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  const { rowCount } = await sql.query(
    `INSERT INTO orders (order_id, client_order_id, session_id, request_id, symbol, side, qty, timeframe, reference_price,
       not_before_ms, halt_version, approval, exchange, simulated, state, reason, trace_id, exits, kind, reduce_only,
       reserve_price, exit_of, algorithm, part_of)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, false, $14, $15, $16, $17::jsonb, $18::jsonb,
       $19, $20, $21, $22::jsonb, $23)
     ON CONFLICT (order_id) DO NOTHING`,
    [
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
      json(intent.approval),
      intent.exchange,
      intent.state,
      intent.reason ?? null,
      intent.traceId,
      json(intent.exits),
      json(intent.kind),
      intent.reduceOnly,
      intent.reservePrice,
      intent.exitOf ?? null,
      json(intent.algorithm),
      intent.partOf ?? null,
    ],
  );
  return rowCount === 1;
}

async function lockOrder(sql: Sql, key: OrderKey): Promise<LiveOrder | undefined> {
  const [where, values] =
    'orderId' in key
      ? ['o.order_id = $1', [key.orderId]]
      : 'clientOrderId' in key
        ? ['o.client_order_id = $1', [key.clientOrderId]]
        : ['o.symbol = $1 AND o.venue_order_id = $2', [key.symbol, key.venueOrderId]];
  const { rows } = await sql.query<LiveOrderRow>(
    `SELECT ${ORDER_COLUMNS} FROM orders o WHERE ${where} FOR UPDATE`,
    values,
  );
  return rows[0] && liveOrderOf(rows[0]);
}

async function insertFill(sql: Sql, fill: LiveFillRow): Promise<void> {
  await sql.query(
    `INSERT INTO fills (fill_id, fill_seq, order_id, fill_number, session_id, symbol, side, qty, price, fee_quote, profit,
       at_ms, fee_base, fee_amount, fee_currency)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      fill.fillId,
      fill.fillSeq,
      fill.orderId,
      fill.fillNumber,
      fill.sessionId,
      fill.symbol,
      fill.side,
      fill.qty,
      fill.price,
      fill.feeQuote,
      fill.profit,
      fill.atMs,
      fill.feeBase,
      fill.feeAmount,
      fill.feeCurrency,
    ],
  );
}

async function findVenueFill(
  sql: Sql,
  venue: string,
  { symbol, tradeId }: Pick<VenueFill, 'symbol' | 'tradeId'>,
): Promise<VenueFillState | undefined> {
  const { rows } = await sql.query<Pick<VenueFillRow, 'state' | 'why' | 'fill_id'>>(
    'SELECT state, why, fill_id FROM live_venue_fills WHERE venue = $1 AND symbol = $2 AND trade_id = $3',
    [venue, symbol, tradeId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  if (row.state === 'booked') return { state: 'booked', fillId: row.fill_id ?? '' };
  return { state: row.state, why: row.why ?? '' };
}

async function putVenueFill(
  sql: Sql,
  fill: VenueFill,
  state: VenueFillState & { readonly venue: string },
): Promise<void> {
  await sql.query(
    `INSERT INTO live_venue_fills (venue, symbol, trade_id, venue_order_id, client_order_id, side, qty, price, fee_amount,
       fee_currency, maker, at_ms, state, why, fill_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (venue, symbol, trade_id) DO UPDATE SET state = excluded.state, why = excluded.why,
       fill_id = excluded.fill_id`,
    [
      state.venue,
      fill.symbol,
      fill.tradeId,
      fill.venueOrderId,
      fill.clientOrderId ?? null,
      fill.side,
      fill.qty,
      fill.price,
      fill.fee.amount,
      fill.fee.currency,
      fill.maker ?? null,
      fill.atMs,
      state.state,
      state.state === 'booked' ? null : state.why,
      state.state === 'booked' ? state.fillId : null,
    ],
  );
}

function differenceStatements(
  sql: Sql,
): Pick<LiveTransaction, 'putDifferences' | 'lockDifference' | 'endDifference' | 'addRepaired'> {
  return {
    putDifferences: (found) => putDifferences(sql, found),
    lockDifference: async (id) => {
      const { rows } = await sql.query<DifferenceRow>(
        `SELECT ${DIFFERENCE_COLUMNS} FROM live_differences WHERE id = $1 FOR UPDATE`,
        [id],
      );
      return rows[0] && differenceOf(rows[0]);
    },
    endDifference: async (id, { state, by }) => {
      await sql.query('UPDATE live_differences SET state = $2, resolved_by = $3, resolved_at = now() WHERE id = $1', [
        id,
        state,
        by,
      ]);
    },
    addRepaired: async (found, by) => {
      const { rows } = await sql.query<DifferenceRow>(
        `INSERT INTO live_differences (kind, subject, symbols, blocking, explanation, proposal, figures, state, resolved_at,
           resolved_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, 'repaired', now(), $8) RETURNING ${DIFFERENCE_COLUMNS}`,
        [...differenceValues(found), by],
      );
      const [row] = rows;
      if (row === undefined)
        throw new Error(`expected the difference ${found.kind} ${found.subject} to be written, was not`);
      return differenceOf(row);
    },
  };
}

async function putDifferences(sql: Sql, found: readonly FoundDifference[]): Promise<readonly Difference[]> {
  await sql.query(
    `UPDATE live_differences d SET state = 'gone', resolved_at = now(), resolved_by = 'reconciliation'
     WHERE state = 'open' AND NOT EXISTS (
       SELECT FROM unnest($1::text[], $2::text[]) AS f (kind, subject) WHERE f.kind = d.kind AND f.subject = d.subject)`,
    [found.map(({ kind }) => kind), found.map(({ subject }) => subject)],
  );
  const fresh: Difference[] = [];
  for (const difference of found) {
    const { rows } = await sql.query<DifferenceRow & { readonly is_new: boolean }>(
      `INSERT INTO live_differences (kind, subject, symbols, blocking, explanation, proposal, figures, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, 'open')
       ON CONFLICT (kind, subject) WHERE state = 'open' DO UPDATE SET symbols = excluded.symbols,
         blocking = excluded.blocking, explanation = excluded.explanation, proposal = excluded.proposal,
         figures = excluded.figures, seen_at = now()
       RETURNING ${DIFFERENCE_COLUMNS}, xmax = 0 AS is_new`,
      differenceValues(difference),
    );
    fresh.push(...rows.filter((row) => row.is_new).map(differenceOf));
  }
  return fresh;
}

function differenceValues(found: FoundDifference): readonly unknown[] {
  const { kind, subject, symbols, blocking, explanation, proposal, figures } = found;
  return [kind, subject, symbols, blocking, explanation, proposal, JSON.stringify(figures)];
}
