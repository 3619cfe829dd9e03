import { PermanentError } from '@octant/platform/errors/errors';
import type { Database, Sql } from '@octant/platform/postgres/sql';
import {
  after,
  COMMAND_COLUMNS,
  DIFFERENCE_COLUMNS,
  differenceOf,
  epochMs,
  liveOrderOf,
  OPEN_LIST,
  ORDER_COLUMNS,
  venueFillOf,
  type DifferenceRow,
  type LiveOrderRow,
  type VenueFillRow,
} from './live-rows.js';
import { raiseHighs, readLiveExits } from './live-exit-rows.js';
import type { AdminCommand, Claimed, ClaimTerms, LiveStore, OpenVenueFill } from './live-store.js';
import { loadLiveAccount, postgresLiveTransaction } from './postgres-live-transaction.js';

/** The tables of migration 087; `venue` names the exchange of the account. */
export function postgresLiveStore(database: Database, venue: () => string): LiveStore {
  return {
    open: (account) => open(database, account),
    within: (sql) => postgresLiveTransaction(sql, venue),
    transact: (work) => database.transaction((sql) => work(postgresLiveTransaction(sql, venue))),
    loadAccount: () => loadLiveAccount(database),
    claimIntended: (terms) => claimIntended(database, terms),
    claimUnresolved: (terms) => claimUnresolved(database, terms),
    claimCancels: (terms) => claimCancels(database, terms),
    openOrders: () => ordersWhere(database, `o.state IN ${OPEN_LIST}`, []),
    ordersByClientId: (ids) => ordersWhere(database, 'o.client_order_id = ANY($1)', [ids]),
    knownTrades: async (symbol, tradeIds) => {
      const { rows } = await database.query<{ trade_id: string }>(
        'SELECT trade_id FROM live_venue_fills WHERE venue = $1 AND symbol = $2 AND trade_id = ANY($3)',
        [venue(), symbol, tradeIds],
      );
      return new Set(rows.map((row) => row.trade_id));
    },
    openVenueFills: () => openVenueFills(database, venue()),
    baselines: async () => {
      const { rows } = await database.query<{ currency: string; amount: string }>(
        'SELECT currency, amount::text FROM live_baselines ORDER BY currency',
      );
      return new Map(rows.map(({ currency, amount }) => [currency, amount]));
    },
    differences: async ({ open: onlyOpen, limit }) => {
      const { rows } = await database.query<DifferenceRow>(
        `SELECT ${DIFFERENCE_COLUMNS} FROM live_differences WHERE NOT $1::boolean OR state = 'open' ORDER BY id DESC LIMIT $2`,
        [onlyOpen, limit],
      );
      return rows.map(differenceOf);
    },
    ...cursorStatements(database),
    exits: () => readLiveExits(database),
    raiseHighs: (candles) => raiseHighs(database, candles),
    openCommands: async () => {
      const { rows } = await database.query<AdminCommand>(
        `SELECT ${COMMAND_COLUMNS} FROM live_commands WHERE state = 'open' ORDER BY created_at, key`,
      );
      return rows;
    },
  };
}

async function open(database: Database, account: Parameters<LiveStore['open']>[0]): Promise<void> {
  const { exchange, quoteCurrency, startEquityQuote } = account;
  const { rows } = await database.query<{ paper: boolean; account: string | null }>(
    `WITH opened AS (
       INSERT INTO live_account (exchange, quote_currency, start_equity_quote, cash_quote)
       SELECT $1, $2, $3::numeric, $3::numeric WHERE NOT EXISTS (SELECT FROM orders WHERE simulated)
       ON CONFLICT DO NOTHING RETURNING exchange || ' in ' || quote_currency AS account
     )
     SELECT EXISTS (SELECT FROM orders WHERE simulated) AS paper,
       coalesce((SELECT account FROM opened), (SELECT exchange || ' in ' || quote_currency FROM live_account)) AS account`,
    [exchange, quoteCurrency, startEquityQuote],
  );
  const [found] = rows;
  const wanted = `${exchange} in ${quoteCurrency}`;
  if (found?.account === wanted && !found.paper) return;
  const was = found?.paper === true ? 'one with paper orders' : `the account of ${found?.account ?? 'nobody'}`;
  throw new PermanentError(
    `expected a schema for the account at ${wanted} alone, was ${was}; give live trading another OCTANT_PG_SCHEMA`,
    { code: 'other_account' },
  );
}

async function ordersWhere(sql: Sql, where: string, values: readonly unknown[]) {
  const { rows } = await sql.query<LiveOrderRow>(
    `SELECT ${ORDER_COLUMNS} FROM orders o WHERE ${where} ORDER BY o.order_seq`,
    values,
  );
  return rows.map(liveOrderOf);
}

type ClaimedRow = LiveOrderRow & { readonly order_seq: string; readonly now_ms: number };

function claimedOf(rows: readonly ClaimedRow[]): Claimed {
  const sorted = [...rows].sort((a, b) => Number(a.order_seq) - Number(b.order_seq));
  return { orders: sorted.map(liveOrderOf), nowMs: sorted[0]?.now_ms ?? 0 };
}

async function claimIntended(
  sql: Sql,
  { owner, limit, leaseMs, requestsMs }: ClaimTerms & { readonly requestsMs: number | null },
): Promise<Claimed> {
  const { rows } = await sql.query<ClaimedRow>(
    `UPDATE orders o SET state = 'sent', owner = $1, lease_until = ${after('$3')}, requests_expire_at = ${after('$4')},
       attempts = o.attempts + 1, updated_at = now()
     FROM (
       SELECT i.order_id FROM orders i
       WHERE i.state = 'intended' AND i.algorithm IS NULL AND i.due_at <= now() AND i.cancel_reason IS NULL AND NOT EXISTS (
         SELECT FROM orders e WHERE e.symbol = i.symbol AND e.state = 'sent' AND e.order_seq < i.order_seq
           AND e.lease_until > now() AND split_part(e.owner, '/', 1) <> split_part($1, '/', 1))
       ORDER BY i.order_seq LIMIT $2 FOR UPDATE SKIP LOCKED
     ) AS due
     WHERE o.order_id = due.order_id
     RETURNING ${ORDER_COLUMNS}, o.order_seq, ${epochMs('now()')} AS now_ms`,
    [owner, limit, leaseMs, requestsMs],
  );
  return claimedOf(rows);
}

async function claimUnresolved(sql: Sql, { owner, limit, leaseMs }: ClaimTerms): Promise<Claimed> {
  const { rows } = await sql.query<ClaimedRow>(
    `UPDATE orders o SET owner = $1, lease_until = ${after('$3')}, look_ups = o.look_ups + 1, updated_at = now()
     FROM (
       SELECT order_id FROM orders
       WHERE state IN ('sent', 'unknown') AND coalesce(lease_until, now()) <= now() AND due_at <= now()
       ORDER BY order_seq LIMIT $2 FOR UPDATE SKIP LOCKED
     ) AS due
     WHERE o.order_id = due.order_id
     RETURNING ${ORDER_COLUMNS}, o.order_seq, ${epochMs('now()')} AS now_ms`,
    [owner, limit, leaseMs],
  );
  return claimedOf(rows);
}

async function claimCancels(sql: Sql, { limit, retryMs }: { readonly limit: number; readonly retryMs: number }) {
  const { rows } = await sql.query<ClaimedRow>(
    `UPDATE orders o SET cancel_due_at = ${after('$2')}, cancel_attempts = o.cancel_attempts + 1, updated_at = now()
     FROM (
       SELECT order_id FROM orders
       WHERE state IN ${OPEN_LIST} AND venue_order_id IS NOT NULL AND cancel_due_at <= now()
       ORDER BY cancel_due_at LIMIT $1 FOR UPDATE SKIP LOCKED
     ) AS due
     WHERE o.order_id = due.order_id
     RETURNING ${ORDER_COLUMNS}, o.order_seq, ${epochMs('now()')} AS now_ms`,
    [limit, retryMs],
  );
  return claimedOf(rows).orders;
}

async function openVenueFills(sql: Sql, venue: string): Promise<readonly OpenVenueFill[]> {
  const { rows } = await sql.query<VenueFillRow>(
    `SELECT symbol, trade_id, venue_order_id, client_order_id, side, qty::text, price::text, fee_amount::text, fee_currency,
       maker, at_ms, state, why, fill_id
     FROM live_venue_fills WHERE venue = $1 AND state IN ('unmatched', 'unbookable') ORDER BY at_ms, trade_id`,
    [venue],
  );
  return rows.map((row) => ({
    fill: venueFillOf(row),
    state: row.state === 'unmatched' ? 'unmatched' : 'unbookable',
    why: row.why ?? '',
  }));
}

function cursorStatements(sql: Sql): Pick<LiveStore, 'cursors' | 'moveCursor' | 'activeSymbols'> {
  return {
    cursors: async () => {
      const { rows } = await sql.query<{ symbol: string; since_ms: string }>(
        'SELECT symbol, since_ms FROM live_fill_cursors ORDER BY symbol',
      );
      return new Map(rows.map((row) => [row.symbol, Number(row.since_ms)]));
    },
    moveCursor: async (symbol, sinceMs) => {
      await sql.query(
        `INSERT INTO live_fill_cursors (symbol, since_ms) VALUES ($1, $2)
         ON CONFLICT (symbol) DO UPDATE SET since_ms = greatest(live_fill_cursors.since_ms, excluded.since_ms)`,
        [symbol, sinceMs],
      );
    },
    activeSymbols: async (withinMs) => {
      const { rows } = await sql.query<{ symbol: string }>(
        `SELECT symbol FROM orders WHERE state IN ${OPEN_LIST} OR created_at > now() - make_interval(secs => $1::float8 / 1000)
         UNION SELECT symbol FROM live_venue_fills
         WHERE state = 'unmatched' OR recorded_at > now() - make_interval(secs => $1::float8 / 1000)
         UNION SELECT symbol FROM live_positions ORDER BY symbol`,
        [withinMs],
      );
      return rows.map((row) => row.symbol);
    },
  };
}
