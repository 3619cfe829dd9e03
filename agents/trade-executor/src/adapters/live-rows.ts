import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { OrderSide, TimeframeName } from '@octant/trading/messages/envelope';
import type { OrderState } from '@octant/trading/messages/execution';
import type { Difference, DifferenceKind, DifferenceState } from '../live/difference.js';
import type { PartsPlan } from '../live/algorithms/parts-plan.js';
import type { LiveAccount } from '../live/live-account.js';
import { OPEN_STATES, type LiveOrder, type LiveOrderPatch } from '../live/live-order.js';
import type { VenueFill, VenueOrderKind, VenueOrderState } from '@octant/venue/venue';

export const epochMs = (what: string) => `(extract(epoch FROM ${what}) * 1000)::float8`;
export const sinceEpoch = (ms: string) => `to_timestamp(${ms}::float8 / 1000)`;
export const after = (ms: string) => `now() + make_interval(secs => ${ms}::float8 / 1000)`;

/** SQL list of the states in which an order is open. */
export const OPEN_LIST = `(${OPEN_STATES.map((state) => `'${state}'`).join(', ')})`;

export interface LiveOrderRow {
  readonly order_id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly kind: VenueOrderKind;
  readonly reduce_only: boolean;
  readonly reference_price: string;
  readonly reserve_price: string;
  readonly not_before_ms: string;
  readonly timeframe: TimeframeName | null;
  readonly exits: ExitTerms | null;
  readonly exit_of: string | null;
  readonly algorithm: PartsPlan | null;
  readonly part_of: string | null;
  readonly request_id: string;
  readonly session_id: string;
  readonly trace_id: string;
  readonly state: OrderState;
  readonly reason: string | null;
  readonly filled_qty: string;
  readonly fill_count: number;
  readonly owner: string | null;
  readonly lease_until_ms: number | null;
  readonly requests_expire_at_ms: number | null;
  readonly attempts: number;
  readonly look_ups: number;
  readonly due_at_ms: number;
  readonly venue_order_id: string | null;
  readonly venue_state: VenueOrderState | null;
  readonly venue_filled_qty: string;
  readonly cancel_reason: string | null;
  readonly cancel_due_at_ms: number | null;
  readonly cancel_attempts: number;
  readonly created_at_ms: number;
}

/** Columns of an order, `o`. */
export const ORDER_COLUMNS = `o.order_id, o.client_order_id, o.symbol, o.side, o.qty::text, o.kind, o.reduce_only,
  o.reference_price::text, o.reserve_price::text, o.not_before_ms, o.timeframe, o.exits, o.exit_of,
  o.algorithm, o.part_of, o.request_id, o.session_id,
  o.trace_id, o.state, o.reason, o.filled_qty::text, o.fill_count, o.owner, ${epochMs('o.lease_until')} AS lease_until_ms,
  ${epochMs('o.requests_expire_at')} AS requests_expire_at_ms, o.attempts, o.look_ups,
  ${epochMs('o.due_at')} AS due_at_ms, o.venue_order_id, o.venue_state, o.venue_filled_qty::text, o.cancel_reason,
  ${epochMs('o.cancel_due_at')} AS cancel_due_at_ms, o.cancel_attempts, ${epochMs('o.created_at')} AS created_at_ms`;

export function liveOrderOf(row: LiveOrderRow): LiveOrder {
  return {
    orderId: row.order_id,
    clientOrderId: row.client_order_id,
    symbol: row.symbol,
    side: row.side,
    qty: row.qty,
    kind: row.kind,
    reduceOnly: row.reduce_only,
    referencePrice: row.reference_price,
    reservePrice: row.reserve_price,
    notBeforeMs: Number(row.not_before_ms),
    timeframe: row.timeframe ?? undefined,
    ...kinshipOf(row),
    requestId: row.request_id,
    sessionId: row.session_id,
    traceId: row.trace_id,
    state: row.state,
    reason: row.reason ?? undefined,
    filledQty: row.filled_qty,
    fillCount: row.fill_count,
    owner: row.owner ?? undefined,
    leaseUntilMs: row.lease_until_ms ?? 0,
    requestsExpireAtMs: row.requests_expire_at_ms,
    attempts: row.attempts,
    lookUps: row.look_ups,
    dueAtMs: row.due_at_ms,
    venueOrderId: row.venue_order_id ?? undefined,
    venueState: row.venue_state ?? undefined,
    venueFilledQty: row.venue_filled_qty,
    cancelReason: row.cancel_reason ?? undefined,
    cancelDueAtMs: row.cancel_due_at_ms ?? undefined,
    cancelAttempts: row.cancel_attempts,
    createdAtMs: row.created_at_ms,
  };
}

/** What an order brings, comes from and is a part of. */
function kinshipOf({ exits, exit_of: exitOf, algorithm, part_of: partOf }: LiveOrderRow) {
  return {
    ...(exits === null ? {} : { exits }),
    ...(exitOf === null ? {} : { exitOf }),
    ...(algorithm === null ? {} : { algorithm }),
    ...(partOf === null ? {} : { partOf }),
  };
}

/** Column and SQL of each field that may change; times are epoch ms. */
const PATCH_COLUMNS: Readonly<
  Record<keyof LiveOrderPatch, { readonly column: string; readonly sql: (parameter: string) => string }>
> = {
  state: plain('state'),
  reason: plain('reason'),
  filledQty: plain('filled_qty'),
  fillCount: plain('fill_count'),
  owner: plain('owner'),
  leaseUntilMs: instant('lease_until'),
  requestsExpireAtMs: instant('requests_expire_at'),
  attempts: plain('attempts'),
  lookUps: plain('look_ups'),
  dueAtMs: instant('due_at'),
  venueOrderId: plain('venue_order_id'),
  venueState: plain('venue_state'),
  venueFilledQty: plain('venue_filled_qty'),
  cancelReason: plain('cancel_reason'),
  cancelDueAtMs: instant('cancel_due_at'),
  cancelAttempts: plain('cancel_attempts'),
};

function plain(column: string) {
  return { column, sql: (parameter: string) => parameter };
}

function instant(column: string) {
  return { column, sql: sinceEpoch };
}

/** SET list of a patch whose first parameter is `$2`, and its values. */
export function patchSql(patch: LiveOrderPatch): { readonly set: string; readonly values: readonly unknown[] } {
  const set: string[] = [];
  const values: unknown[] = [];
  for (const [field, value] of Object.entries(patch)) {
    const { column, sql } = PATCH_COLUMNS[field as keyof LiveOrderPatch];
    values.push(value ?? null);
    set.push(`${column} = ${sql(`$${String(values.length + 1)}`)}`);
  }
  return { set: set.join(', '), values };
}

export interface LiveAccountRow {
  readonly exchange: string;
  readonly quote_currency: string;
  readonly start_equity_quote: string;
  readonly cash_quote: string;
  readonly last_fill_seq: string;
  readonly last_fill_at_ms: string;
  readonly halt_version: string;
  readonly halted: boolean;
  readonly halt_reason: string | null;
  readonly opened_at_ms: number;
  readonly confirmed_by: string | null;
  readonly confirmed_at_ms: number | null;
  readonly positions: readonly { symbol: string; qty: string; cost_quote: string }[];
  readonly reserved: readonly { symbol: string; side: OrderSide; quote: string; qty: string; orders: number }[];
}

/** One statement, so that all of it is of one moment; amounts go through text, JSON would make them floats. */
export const LOAD_ACCOUNT = `
  SELECT a.exchange, a.quote_currency, a.start_equity_quote::text, a.cash_quote::text, a.last_fill_seq, a.last_fill_at_ms,
    a.halt_version, a.halted, a.halt_reason, ${epochMs('a.opened_at')} AS opened_at_ms, a.confirmed_by,
    ${epochMs('a.confirmed_at')} AS confirmed_at_ms,
    (SELECT coalesce(json_agg(json_build_object('symbol', symbol, 'qty', qty::text, 'cost_quote', cost_quote::text)
       ORDER BY symbol), '[]') FROM live_positions) AS positions,
    (SELECT coalesce(json_agg(json_build_object('symbol', symbol, 'side', side, 'quote', quote::text, 'qty', qty::text,
       'orders', orders) ORDER BY symbol, side), '[]')
     FROM (SELECT symbol, side, sum((qty - filled_qty) * reserve_price) AS quote, sum(qty - filled_qty) AS qty,
             count(*)::int AS orders
           FROM orders WHERE state IN ${OPEN_LIST} AND part_of IS NULL
           GROUP BY symbol, side) AS open_orders) AS reserved
  FROM live_account a`;

export function liveAccountOf(row: LiveAccountRow, sum: (amounts: readonly string[]) => string): LiveAccount {
  const sells = row.reserved.filter(({ side }) => side === 'sell');
  return {
    exchange: row.exchange,
    quoteCurrency: row.quote_currency,
    startEquityQuote: row.start_equity_quote,
    cashQuote: row.cash_quote,
    positions: Object.fromEntries(
      row.positions.map(({ symbol, qty, cost_quote: costQuote }) => [symbol, { qty, costQuote }]),
    ),
    lastFillSeq: Number(row.last_fill_seq),
    lastFillAtMs: Number(row.last_fill_at_ms),
    halt: { haltVersion: Number(row.halt_version), halted: row.halted, reason: row.halt_reason },
    openedAtMs: row.opened_at_ms,
    confirmedBy: row.confirmed_by ?? undefined,
    confirmedAtMs: row.confirmed_at_ms ?? undefined,
    reservedQuote: sum(row.reserved.filter(({ side }) => side === 'buy').map(({ quote }) => quote)),
    reservedQty: Object.fromEntries(sells.map(({ symbol, qty }) => [symbol, sum([qty])])),
    openOrders: row.reserved.reduce((count, { orders }) => count + orders, 0),
  };
}

export interface VenueFillRow {
  readonly symbol: string;
  readonly trade_id: string;
  readonly venue_order_id: string;
  readonly client_order_id: string | null;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
  readonly fee_amount: string;
  readonly fee_currency: string;
  readonly maker: boolean | null;
  readonly at_ms: string;
  readonly state: 'booked' | 'unmatched' | 'unbookable' | 'accepted';
  readonly why: string | null;
  readonly fill_id: string | null;
}

export function venueFillOf(row: VenueFillRow): VenueFill {
  return {
    tradeId: row.trade_id,
    venueOrderId: row.venue_order_id,
    clientOrderId: row.client_order_id ?? undefined,
    symbol: row.symbol,
    side: row.side,
    qty: row.qty,
    price: row.price,
    fee: { amount: row.fee_amount, currency: row.fee_currency },
    maker: row.maker ?? undefined,
    atMs: Number(row.at_ms),
  };
}

export interface DifferenceRow {
  readonly id: string;
  readonly kind: DifferenceKind;
  readonly subject: string;
  readonly symbols: readonly string[];
  readonly blocking: boolean;
  readonly explanation: string;
  readonly proposal: string;
  readonly figures: Readonly<Record<string, string>>;
  readonly state: DifferenceState;
  readonly found_at_ms: number;
  readonly resolved_at_ms: number | null;
  readonly resolved_by: string | null;
}

export const DIFFERENCE_COLUMNS = `id, kind, subject, symbols, blocking, explanation, proposal, figures, state,
  ${epochMs('found_at')} AS found_at_ms, ${epochMs('resolved_at')} AS resolved_at_ms, resolved_by`;

export function differenceOf(row: DifferenceRow): Difference {
  const { kind, subject, symbols, blocking, explanation, proposal, figures, state } = row;
  return {
    id: Number(row.id),
    kind,
    subject,
    symbols,
    blocking,
    explanation,
    proposal,
    figures,
    state,
    foundAtMs: row.found_at_ms,
    resolvedAtMs: row.resolved_at_ms ?? undefined,
    resolvedBy: row.resolved_by ?? undefined,
  };
}

export const COMMAND_COLUMNS = 'key, action, symbols, state, rounds, actor, answer';
