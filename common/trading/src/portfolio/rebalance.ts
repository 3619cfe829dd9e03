import { getInstrument, type Instrument } from '../market/instrument.js';
import type { OrderSide } from '../messages/envelope.js';
import { Decimal, floorToStep, formatDecimal, parseDecimal } from '../money/decimal.js';
import { affordableNotional } from './affordable-notional.js';
import type { OpenOrder } from './size-order.js';

export interface RebalanceInput {
  readonly cashQuote: string;
  readonly equityQuote: string;
  /** Base quantity held by symbol; a symbol without one is flat. */
  readonly held: Readonly<Record<string, string>>;
  /** Last close by symbol; needed for every target. */
  readonly prices: Readonly<Record<string, string>>;
  /** Target share of equity by symbol (0.4 is 40 %), in the order in which buys get the cash. */
  readonly targets: Readonly<Record<string, number>>;
  /** A symbol is left alone while its share is within this of its target. */
  readonly thresholdRatio: number;
  readonly openOrders: readonly OpenOrder[];
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly limits: { readonly maxOrderQuote: string; readonly maxPositionQuote: string };
  readonly cashBufferRatio: number;
  readonly feesBps: number;
}

export interface RebalanceOrder {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
}

interface Drift {
  readonly symbol: string;
  readonly price: Decimal;
  readonly valueQuote: Decimal;
  /** Positive: buy. */
  readonly gapQuote: Decimal;
}

/**
 * The orders that bring each symbol back to its target share, sells first. Only symbols with a target and without an open
 * order are touched. Buys stay within the limits and within the cash that is free now (not that of the sells, which have
 * not filled), so a long way back takes several calls. Empty when all is within the threshold, or there is no equity.
 *
 * @throws RangeError when a target has no price or the targets are above 1 together.
 * @throws UnknownSymbolError when a target is no instrument of the desk.
 */
export function decideRebalance(input: RebalanceInput): readonly RebalanceOrder[] {
  const whole = Object.values(input.targets).reduce((sum, ratio) => sum.plus(ratio), Decimal.of(0));
  if (whole.gt(1)) throw new RangeError(`targets: expected shares of at most 1 together, was ${formatDecimal(whole)}`);
  const equity = parseDecimal(input.equityQuote);
  if (equity.lte(0)) return [];
  const drifts = Object.entries(input.targets)
    .map(([symbol, ratio]) => driftOf(input, { symbol, ratio, equity }))
    .filter(({ symbol, gapQuote }) => isDue(input, symbol, gapQuote.div(equity)));
  const sells = drifts.filter(({ gapQuote }) => gapQuote.lt(0)).flatMap((drift) => sellBack(input, drift));
  return [...sells, ...buyBack(input, drifts)];
}

function driftOf(
  input: RebalanceInput,
  target: { readonly symbol: string; readonly ratio: number; readonly equity: Decimal },
): Drift {
  const { symbol } = target;
  const text = input.prices[symbol];
  if (text === undefined) throw new RangeError(`prices: expected a price of ${symbol}, was none`);
  const price = parseDecimal(text);
  const valueQuote = parseDecimal(input.held[symbol] ?? '0').times(price);
  return { symbol, price, valueQuote, gapQuote: target.equity.times(target.ratio).minus(valueQuote) };
}

function isDue(input: RebalanceInput, symbol: string, gapRatio: Decimal): boolean {
  return gapRatio.abs().gt(input.thresholdRatio) && !input.openOrders.some((order) => order.symbol === symbol);
}

/** A target of 0 sells all that is held, whatever rounding says. */
function sellBack(input: RebalanceInput, { symbol, price, gapQuote }: Drift): readonly RebalanceOrder[] {
  const held = parseDecimal(input.held[symbol] ?? '0');
  const wanted = input.targets[symbol] === 0 ? held : Decimal.min(held, gapQuote.neg().div(price));
  return inLots(input, { symbol, side: 'sell', price, wanted });
}

function buyBack(input: RebalanceInput, drifts: readonly Drift[]): readonly RebalanceOrder[] {
  const orders: RebalanceOrder[] = [];
  for (const { symbol, price, valueQuote, gapQuote } of drifts) {
    if (gapQuote.lte(0)) continue;
    const affordable = affordableNotional({ ...input, openOrders: [...input.openOrders, ...orders] });
    const room = parseDecimal(input.limits.maxPositionQuote).minus(valueQuote);
    const notional = Decimal.min(gapQuote, affordable, room, parseDecimal(input.limits.maxOrderQuote));
    orders.push(...inLots(input, { symbol, side: 'buy', price, wanted: notional.div(price) }));
  }
  return orders;
}

function inLots(
  input: RebalanceInput,
  order: { readonly symbol: string; readonly side: OrderSide; readonly price: Decimal; readonly wanted: Decimal },
): readonly RebalanceOrder[] {
  const { lotSize, minNotional } = getInstrument(input.instruments, order.symbol);
  const qty = floorToStep(order.wanted, lotSize);
  if (qty.lte(0) || qty.times(order.price).lt(minNotional)) return [];
  return [{ symbol: order.symbol, side: order.side, qty: formatDecimal(qty), price: formatDecimal(order.price) }];
}
