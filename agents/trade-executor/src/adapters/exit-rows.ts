import type { Sql } from '@octant/platform/postgres/sql';
import type { ExitKind } from '@octant/trading/exchange/paper-exchange';
import type { RestingExits, SoldExit } from '@octant/trading/exchange/resting-exits';
import type { LastCandle, OpenOrder } from '../account/account.js';
import { clientOrderIdOf } from '../account/client-order-id.js';
import type { ExitOrder, FillsChange } from './account-store.js';

/** A row of `paper_exits` as JSON, beside its entry's order. */
export interface ExitsRow {
  readonly left_qty: string;
  readonly since_ms: number;
  readonly high_price: string;
  readonly seen_ms: number;
  readonly time_stop_ms: number | null;
  readonly sold_kind: ExitKind | null;
  readonly sold_order_qty: string | null;
  readonly sold_qty: string | null;
  readonly sold_fills: number | null;
  readonly sold_at_ms: number | null;
}

export function restingExitsOf(row: ExitsRow, entry: OpenOrder): RestingExits<OpenOrder> {
  const sold = soldOf(row);
  return {
    entry,
    qty: row.left_qty,
    sinceMs: row.since_ms,
    highPrice: row.high_price,
    seenMs: row.seen_ms,
    ...(row.time_stop_ms === null ? {} : { timeStopMs: row.time_stop_ms }),
    ...(sold === undefined ? {} : { sold }),
  };
}

function soldOf(row: ExitsRow): SoldExit | undefined {
  const { sold_kind: kind, sold_order_qty: orderQty, sold_qty: qty, sold_fills: fills, sold_at_ms: atMs } = row;
  if (kind === null || orderQty === null || qty === null || fills === null || atMs === null) return undefined;
  return { kind, orderQty, qty, fills, atMs };
}

/** Orders of exits that fill for the first time; a standing approval, for they only reduce. */
export async function insertExitOrders(sql: Sql, orders: readonly ExitOrder[]): Promise<void> {
  if (orders.length === 0) return;
  await sql.query(
    `INSERT INTO orders (order_id, client_order_id, session_id, request_id, symbol, side, qty, timeframe, reference_price,
       not_before_ms, halt_version, approval, exchange, simulated, state, trace_id, exit_of)
     SELECT n.order_id, n.client_order_id, e.session_id, e.request_id, e.symbol, 'sell', n.qty, e.timeframe,
       n.reference_price, n.not_before_ms, e.halt_version,
       jsonb_build_object('requestId', e.request_id, 'riskScore', 0, 'standing', true), e.exchange, e.simulated,
       'acknowledged', e.trace_id, e.order_id
     FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::bigint[])
       AS n (order_id, client_order_id, entry_id, qty, reference_price, not_before_ms)
     JOIN orders e ON e.order_id = n.entry_id`,
    [
      orders.map((order) => order.orderId),
      orders.map((order) => clientOrderIdOf(order.orderId)),
      orders.map((order) => order.entryId),
      orders.map((order) => order.qty),
      orders.map((order) => order.referencePrice),
      orders.map((order) => order.notBeforeMs),
    ],
  );
}

export async function writeExits(sql: Sql, { exits, exitsEnded }: FillsChange): Promise<void> {
  if (exitsEnded.length > 0) await sql.query('DELETE FROM paper_exits WHERE order_id = ANY($1)', [exitsEnded]);
  if (exits.length === 0) return;
  await sql.query(
    `INSERT INTO paper_exits (order_id, qty, since_ms, high_price, seen_ms, time_stop_ms, sold_kind, sold_order_qty,
       sold_qty, sold_fills, sold_at_ms)
     SELECT * FROM unnest($1::text[], $2::numeric[], $3::bigint[], $4::numeric[], $5::bigint[], $6::bigint[], $7::text[],
       $8::numeric[], $9::numeric[], $10::int[], $11::bigint[])
     ON CONFLICT (order_id) DO UPDATE SET qty = excluded.qty, high_price = excluded.high_price,
       seen_ms = excluded.seen_ms, sold_kind = excluded.sold_kind, sold_order_qty = excluded.sold_order_qty,
       sold_qty = excluded.sold_qty, sold_fills = excluded.sold_fills, sold_at_ms = excluded.sold_at_ms`,
    [
      exits.map(({ entry }) => entry.orderId),
      exits.map(({ qty }) => qty),
      exits.map(({ sinceMs }) => sinceMs),
      exits.map(({ highPrice }) => highPrice),
      exits.map(({ seenMs }) => seenMs),
      exits.map(({ timeStopMs }) => timeStopMs ?? null),
      exits.map(({ sold }) => sold?.kind ?? null),
      exits.map(({ sold }) => sold?.orderQty ?? null),
      exits.map(({ sold }) => sold?.qty ?? null),
      exits.map(({ sold }) => sold?.fills ?? null),
      exits.map(({ sold }) => sold?.atMs ?? null),
    ],
  );
}

export async function writeLastCandles(sql: Sql, candles: readonly LastCandle[]): Promise<void> {
  if (candles.length === 0) return;
  await sql.query(
    `INSERT INTO paper_candles (symbol, timeframe, open_time_ms, high, low, close, volume)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[])
     ON CONFLICT (symbol, timeframe) DO UPDATE SET open_time_ms = excluded.open_time_ms, high = excluded.high,
       low = excluded.low, close = excluded.close, volume = excluded.volume`,
    [
      candles.map(({ symbol }) => symbol),
      candles.map(({ timeframe }) => timeframe),
      candles.map(({ openTimeMs }) => openTimeMs),
      candles.map(({ high }) => high),
      candles.map(({ low }) => low),
      candles.map(({ close }) => close),
      candles.map(({ volume }) => volume),
    ],
  );
}
