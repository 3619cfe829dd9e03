import type { Match } from '@octant/trading/exchange/match-candles';
import { openQtyOf, type PaperOrder } from '@octant/trading/exchange/paper-exchange';
import type { RestingExits } from '@octant/trading/exchange/resting-exits';
import type { CandleBefore } from '@octant/trading/exchange/slippage/slippage-case';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { OrderState } from '@octant/trading/messages/execution';
import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { Position } from '@octant/trading/portfolio/position';

/** An order that has not ended, with what its messages need. */
export interface OpenOrder extends PaperOrder {
  readonly state: OrderState;
  readonly requestId: string;
  readonly sessionId: string;
  readonly traceId: string;
}

export interface HaltState {
  readonly haltVersion: number;
  readonly halted: boolean;
  readonly reason: string | null;
}

/** The last closed candle of a symbol and timeframe. */
export interface LastCandle extends CandleBefore {
  readonly symbol: string;
  readonly timeframe: TimeframeName;
}

/** The paper account as Postgres has it at `revision`; each change raises that by one. */
export interface ExecAccount {
  readonly revision: number;
  readonly startEquityQuote: string;
  readonly cashQuote: string;
  /** Only symbols that are held. */
  readonly positions: Readonly<Record<string, Position>>;
  readonly lastFillSeq: number;
  /** Open time of the candle that the last fill was in; 0 before the first. */
  readonly lastFillAtMs: number;
  readonly halt: HaltState;
  /** In the order they came. */
  readonly openOrders: readonly OpenOrder[];
  /** Of entries that have filled; the entry is the order as it came. */
  readonly exits: readonly RestingExits<OpenOrder>[];
  /** Only where the fill rules look back. */
  readonly lastCandles: readonly LastCandle[];
}

/** The account with one more resting order. */
export function withOpenOrder(account: ExecAccount, order: OpenOrder): ExecAccount {
  return { ...account, revision: account.revision + 1, openOrders: [...account.openOrders, order] };
}

/** The account without some orders that rested. */
export function withoutOrders(account: ExecAccount, orderIds: ReadonlySet<string>): ExecAccount {
  const openOrders = account.openOrders.filter((order) => !orderIds.has(order.orderId));
  return { ...account, revision: account.revision + 1, openOrders };
}

/** The account after a step of candles: what they matched, and that they are the last closed ones now. */
export function withMatch(
  account: ExecAccount,
  { outcomes, book }: Match<OpenOrder>,
  lastCandles: readonly LastCandle[],
): ExecAccount {
  const fills = outcomes.filter((outcome) => outcome.type === 'fill');
  const replaced = (known: LastCandle) =>
    lastCandles.some(({ symbol, timeframe }) => symbol === known.symbol && timeframe === known.timeframe);
  return {
    ...account,
    revision: account.revision + 1,
    cashQuote: book.cash,
    positions: book.positions,
    lastFillSeq: account.lastFillSeq + fills.length,
    lastFillAtMs: fills.at(-1)?.atMs ?? account.lastFillAtMs,
    openOrders: book.orders.map((order) =>
      order.filled === undefined ? order : { ...order, state: 'partially_filled' as const },
    ),
    exits: book.exits,
    lastCandles:
      lastCandles.length === 0
        ? account.lastCandles
        : [...account.lastCandles.filter((known) => !replaced(known)), ...lastCandles].sort(inCandleOrder),
  };
}

function inCandleOrder(a: LastCandle, b: LastCandle): number {
  const [first, second] = [`${a.symbol} ${a.timeframe}`, `${b.symbol} ${b.timeframe}`];
  return first < second ? -1 : Number(first > second);
}

/** What rests of an order that was taken. */
export function openOrderOf(order: OpenOrder): OpenOrder {
  const { orderId, symbol, side, qty, referencePrice, notBeforeMs, timeframe, exits } = order;
  const { state, requestId, sessionId, traceId } = order;
  const terms = { orderId, symbol, side, qty, referencePrice, notBeforeMs, timeframe };
  return { ...terms, ...(exits === undefined ? {} : { exits }), state, requestId, sessionId, traceId };
}

/** Quantity of a symbol that no resting sell has claimed. */
export function freeQty(account: ExecAccount, symbol: string): string {
  let free = parseDecimal(account.positions[symbol]?.qty ?? '0');
  for (const order of account.openOrders) {
    if (order.symbol === symbol && order.side === 'sell') free = free.minus(parseDecimal(openQtyOf(order)));
  }
  return formatDecimal(free);
}

/** Why a halt took a resting buy away. */
export function canceledReason(halt: HaltState): string {
  return `halted: ${halt.reason ?? 'no reason given'}`;
}
