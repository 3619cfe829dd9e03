import type { Database } from '@octant/platform/postgres/sql';
import { isFinalState, statusWordOf } from '@octant/trading/exchange/order-state';
import type { OrderSide } from '@octant/trading/messages/envelope';
import { orderState, type ExecStatusWord, type OrderState } from '@octant/trading/messages/execution';

export interface OrderView {
  readonly orderId: string;
  readonly orderSeq: number;
  readonly clientOrderId: string;
  readonly status: ExecStatusWord;
  readonly state: OrderState;
  readonly reason: string | null;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly filledQty: string;
  readonly referencePrice: string;
  readonly notBeforeMs: number;
  readonly timeframe: string | null;
  readonly requestId: string;
  readonly sessionId: string;
  readonly exchange: string;
  readonly simulated: boolean;
  readonly traceId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface FillView {
  readonly fillId: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
  readonly feeQuote: string;
  readonly profit: string;
  readonly atMs: number;
  readonly fillSeq: number;
  readonly fillNumber: number;
  readonly sessionId: string;
}

export interface PageQuery {
  readonly sessionId: string | undefined;
  readonly after: number;
  readonly limit: number;
}

/** Reads of orders and fills, for the HTTP routes. */
export interface TradeQueries {
  findOrder(orderId: string): Promise<OrderView | undefined>;
  fillsOfOrder(orderId: string): Promise<readonly FillView[]>;
  /** Ascending by `orderSeq`; `open` is every state that is not final. */
  orders(query: PageQuery & { readonly state: OrderState | 'open' | undefined }): Promise<readonly OrderView[]>;
  /** Ascending by `fillSeq`. */
  fills(query: PageQuery): Promise<readonly FillView[]>;
  /** Orders filled above their quantity, plus fills beyond the first of one place in an order; 0 unless something broke. */
  countDuplicates(sessionId: string | undefined): Promise<number>;
}

const ORDER_COLUMNS = `order_id, order_seq, client_order_id, state, reason, symbol, side, qty::text, filled_qty::text,
  reference_price::text, not_before_ms, timeframe, request_id, session_id, exchange, simulated, trace_id, created_at, updated_at`;

const FILL_COLUMNS = `fill_id AS "fillId", order_id AS "orderId", symbol, side, qty::text AS qty, price::text AS price,
  fee_quote::text AS "feeQuote", profit::text AS profit, at_ms AS "atMs", fill_seq AS "fillSeq",
  fill_number AS "fillNumber", session_id AS "sessionId"`;

const OPEN_STATES = orderState.options.filter((state) => !isFinalState(state));

export function postgresTradeQueries(database: Database): TradeQueries {
  return {
    async findOrder(orderId) {
      const { rows } = await database.query<OrderRow>(`SELECT ${ORDER_COLUMNS} FROM orders WHERE order_id = $1`, [
        orderId,
      ]);
      const [row] = rows;
      return row === undefined ? undefined : orderViewOf(row);
    },
    async fillsOfOrder(orderId) {
      const text = `SELECT ${FILL_COLUMNS} FROM fills WHERE order_id = $1 ORDER BY fill_number`;
      const { rows } = await database.query<FillRow>(text, [orderId]);
      return rows.map(fillViewOf);
    },
    async orders({ sessionId, state, after, limit }) {
      const states = state === undefined ? null : state === 'open' ? OPEN_STATES : [state];
      const { rows } = await database.query<OrderRow>(
        `SELECT ${ORDER_COLUMNS} FROM orders
         WHERE order_seq > $1 AND ($2::text IS NULL OR session_id = $2) AND ($3::text[] IS NULL OR state = ANY($3))
         ORDER BY order_seq LIMIT $4`,
        [after, sessionId ?? null, states, limit],
      );
      return rows.map(orderViewOf);
    },
    async fills({ sessionId, after, limit }) {
      const { rows } = await database.query<FillRow>(
        `SELECT ${FILL_COLUMNS} FROM fills
         WHERE fill_seq > $1 AND ($2::text IS NULL OR session_id = $2) ORDER BY fill_seq LIMIT $3`,
        [after, sessionId ?? null, limit],
      );
      return rows.map(fillViewOf);
    },
    async countDuplicates(sessionId) {
      const { rows } = await database.query<{ duplicates: number }>(COUNT_DUPLICATES, [sessionId ?? null]);
      return rows[0]?.duplicates ?? 0;
    },
  };
}

/** Counted from the fills themselves, not from the keys that should make it impossible; a sell's fee in coin is no part of the order. */
const COUNT_DUPLICATES = `
  WITH by_order AS (
    SELECT order_id, sum(qty - CASE side WHEN 'sell' THEN fee_base ELSE 0 END) AS filled, count(*) - count(DISTINCT fill_number) AS doubled
    FROM fills WHERE $1::text IS NULL OR session_id = $1 GROUP BY order_id
  )
  SELECT coalesce(sum(doubled + (filled > o.qty)::int), 0)::int AS duplicates
  FROM by_order JOIN orders o USING (order_id)`;

interface OrderRow {
  readonly order_id: string;
  readonly order_seq: string;
  readonly client_order_id: string;
  readonly state: OrderState;
  readonly reason: string | null;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly filled_qty: string;
  readonly reference_price: string;
  readonly not_before_ms: string;
  readonly timeframe: string | null;
  readonly request_id: string;
  readonly session_id: string;
  readonly exchange: string;
  readonly simulated: boolean;
  readonly trace_id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

interface FillRow extends Omit<FillView, 'atMs' | 'fillSeq'> {
  readonly atMs: string;
  readonly fillSeq: string;
}

function orderViewOf(row: OrderRow): OrderView {
  return {
    orderId: row.order_id,
    orderSeq: Number(row.order_seq),
    clientOrderId: row.client_order_id,
    status: statusWordOf(row.state),
    state: row.state,
    reason: row.reason,
    symbol: row.symbol,
    side: row.side,
    qty: row.qty,
    filledQty: row.filled_qty,
    referencePrice: row.reference_price,
    notBeforeMs: Number(row.not_before_ms),
    timeframe: row.timeframe,
    requestId: row.request_id,
    sessionId: row.session_id,
    exchange: row.exchange,
    simulated: row.simulated,
    traceId: row.trace_id,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

function fillViewOf(row: FillRow): FillView {
  return { ...row, atMs: Number(row.atMs), fillSeq: Number(row.fillSeq) };
}
