import { timeframeMs } from '../market/timeframe.js';
import type { TimeframeName } from '../messages/envelope.js';
import { formatDecimal, parseDecimal } from '../money/decimal.js';
import type { FillRules } from './fill-rules.js';
import type { PaperCandle } from './match-step.js';
import type { MatchState } from './match-state.js';
import { fillAtOpen, openQtyOf, type PaperFill, type PaperOrder, type UnsettledReason } from './paper-exchange.js';
import { exitsOfFill, withFurtherFill } from './resting-exits.js';
import { shrinkExits } from './shrink-exits.js';
import { slippageBps } from './slippage/slippage-model.js';

/** An order and the candle that it fills in; `range` is the candle once it has closed. */
export interface OrderAtCandle<Order extends PaperOrder> {
  readonly order: Order;
  readonly candle: PaperCandle;
  readonly range: { readonly low: string; readonly high: string } | undefined;
}

/** Whether an order fills at this open: it has waited as long as the latency asks, and has no fill in this candle. */
export function isDue(
  order: PaperOrder,
  openTimeMs: number,
  by: { readonly step: { readonly timeframe: TimeframeName }; readonly rules: Pick<FillRules, 'latencyCandles'> },
): boolean {
  if (order.filled !== undefined) return openTimeMs > order.filled.atMs;
  return openTimeMs >= order.notBeforeMs + by.rules.latencyCandles * timeframeMs(by.step.timeframe);
}

/**
 * Fills a market order at a candle's open, as far as the volume goes. A part below the minimum notional waits, unless it
 * is all that is left. An order that the account cannot settle ends.
 */
export function fillOrder<Order extends PaperOrder>(state: MatchState<Order>, at: OrderAtCandle<Order>): void {
  const { order, candle, range } = at;
  const { symbol, side } = order;
  const { rules } = state.venue;
  const left = parseDecimal(openQtyOf(order));
  const qty = state.partOf(left, symbol, candle.before?.volume);
  if (qty.lte(0)) return;
  const instrument = state.instrumentOf(symbol);
  const fees = {
    feesBps: rules.takerFeesBps,
    slippageBps: slippageBps(rules.slippage, { qty, before: candle.before }),
  };
  const price = fillAtOpen({ order: { side, qty: formatDecimal(qty) }, open: candle.open, instrument, fees, range });
  if (qty.lt(left) && price.notional.lt(instrument.minNotional)) return;
  const deal = { symbol, side, qty, ...price };
  const reason = state.unsettled(deal);
  if (reason !== undefined) return endOrder(state, at, reason);
  const settled = state.settle(deal);
  const filledQty = formatDecimal(qty.plus(parseDecimal(order.filled?.qty ?? '0')));
  const fill: PaperFill = {
    type: 'fill',
    orderId: order.orderId,
    symbol,
    side,
    atMs: candle.openTimeMs,
    orderQty: order.qty,
    filledQty,
    fillNumber: (order.filled?.fills ?? 0) + 1,
    complete: qty.eq(left),
    ...settled,
  };
  state.outcomes.push(fill);
  if (fill.complete) state.dropOrder(order.orderId);
  else state.putOrder({ ...order, filled: { qty: filledQty, fills: fill.fillNumber, atMs: fill.atMs } });
  if (side === 'buy') placeExits(state, order, { ...fill, open: candle.open });
  else shrinkExits(state, symbol, fill.atMs);
}

function placeExits<Order extends PaperOrder>(
  state: MatchState<Order>,
  order: Order,
  fill: PaperFill & { readonly open: string },
): void {
  const known = state.exitsOf(order.orderId);
  const placed =
    known === undefined ? exitsOfFill(order, { ...fill, timeframe: state.timeframe }) : withFurtherFill(known, fill);
  if (placed !== undefined) state.putExits(placed);
}

function endOrder<Order extends PaperOrder>(
  state: MatchState<Order>,
  { order, candle }: OrderAtCandle<Order>,
  reason: UnsettledReason,
): void {
  const { orderId, symbol, side, qty, filled } = order;
  const fields = { orderId, symbol, side, qty, atMs: candle.openTimeMs, reason };
  state.outcomes.push(
    filled === undefined ? { type: 'rejected', ...fields } : { type: 'canceled', ...fields, filledQty: filled.qty },
  );
  state.dropOrder(orderId);
}
