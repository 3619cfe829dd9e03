import type { Sql } from '@octant/platform/postgres/sql';
import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { ExitKind } from '@octant/trading/exchange/paper-exchange';
import type { LiveExits, LiveExitsOfEntry } from '../live/exits/live-exits.js';
import type { CandleHighs, LiveTransaction } from './live-store.js';
import { epochMs, sinceEpoch } from './live-rows.js';

interface LiveExitsRow {
  readonly order_id: string;
  readonly symbol: string;
  readonly qty: string;
  readonly since_ms: string;
  readonly high_price: string;
  readonly time_stop_ms: string | null;
  readonly triggered: ExitKind | null;
  readonly orders: number;
  readonly failures: number;
  readonly due_at_ms: number;
}

const COLUMNS = `x.order_id, x.symbol, x.qty::text, x.since_ms, x.high_price::text, x.time_stop_ms, x.triggered, x.orders,
  x.failures, ${epochMs('x.due_at')} AS due_at_ms`;

export function exitStatements(
  sql: Sql,
): Pick<LiveTransaction, 'lockExits' | 'countExitOrders' | 'putExits' | 'dropExits'> {
  return {
    lockExits: async (symbol) => {
      const { rows } = await sql.query<LiveExitsRow>(
        `SELECT ${COLUMNS} FROM live_exits x WHERE $1::text IS NULL OR x.symbol = $1
         ORDER BY x.since_ms, x.order_id FOR UPDATE`,
        [symbol ?? null],
      );
      return rows.map(exitsOf);
    },
    countExitOrders: async (entryId) => {
      const { rows } = await sql.query<{ n: number }>('SELECT count(*)::int AS n FROM orders WHERE exit_of = $1', [
        entryId,
      ]);
      return rows[0]?.n ?? 0;
    },
    putExits: async (exits) => {
      await sql.query(
        `INSERT INTO live_exits (order_id, symbol, qty, since_ms, high_price, time_stop_ms, triggered, orders, failures,
           due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${sinceEpoch('$10')})
         ON CONFLICT (order_id) DO UPDATE SET qty = excluded.qty, high_price = excluded.high_price,
           triggered = excluded.triggered, orders = excluded.orders, failures = excluded.failures, due_at = excluded.due_at`,
        [
          ...[exits.entryId, exits.symbol, exits.qty, exits.sinceMs, exits.highPrice, exits.timeStopMs ?? null],
          ...[exits.triggered ?? null, exits.orders, exits.failures, exits.dueAtMs],
        ],
      );
    },
    dropExits: async (entryId) => {
      await sql.query('DELETE FROM live_exits WHERE order_id = $1', [entryId]);
    },
  };
}

/** All exits with the terms of their entries, oldest first. */
export async function readLiveExits(sql: Sql): Promise<readonly LiveExitsOfEntry[]> {
  const { rows } = await sql.query<LiveExitsRow & { readonly terms: ExitTerms | null }>(
    `SELECT ${COLUMNS}, o.exits AS terms FROM live_exits x JOIN orders o USING (order_id) ORDER BY x.since_ms, x.order_id`,
  );
  return rows.map((row) => ({ ...exitsOf(row), terms: row.terms ?? {} }));
}

export async function raiseHighs(sql: Sql, { openTimeMs, candles }: CandleHighs): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE live_exits x SET high_price = c.high
     FROM unnest($2::text[], $3::numeric[]) AS c (symbol, high), orders o
     WHERE x.symbol = c.symbol AND x.since_ms <= $1 AND x.high_price < c.high AND o.order_id = x.order_id
       AND o.exits ? 'trailingDistance'`,
    [openTimeMs, candles.map(({ symbol }) => symbol), candles.map(({ high }) => high)],
  );
  return rowCount > 0;
}

function exitsOf(row: LiveExitsRow): LiveExits {
  return {
    entryId: row.order_id,
    symbol: row.symbol,
    qty: row.qty,
    sinceMs: Number(row.since_ms),
    highPrice: row.high_price,
    timeStopMs: row.time_stop_ms === null ? undefined : Number(row.time_stop_ms),
    triggered: row.triggered ?? undefined,
    orders: row.orders,
    failures: row.failures,
    dueAtMs: row.due_at_ms,
  };
}
