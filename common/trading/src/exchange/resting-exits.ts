import { timeframeMs } from '../market/timeframe.js';
import type { TimeframeName } from '../messages/envelope.js';
import { formatDecimal, parseDecimal, type Decimal } from '../money/decimal.js';
import type { ExitTerms } from './exit-terms.js';
import type { ExitKind, PaperOrder } from './paper-exchange.js';

/**
 * The exits of one entry, resting at the exchange as one-cancels-other from its first fill on. `qty` is what they still
 * have to sell.
 */
export interface RestingExits<Order extends PaperOrder = PaperOrder> {
  readonly entry: Order;
  readonly qty: string;
  /** Open time of the candle that the entry filled in first. */
  readonly sinceMs: number;
  /**
   * What the trailing stop hangs on: the highest price of the candles that have closed since the fill, and the opens that
   * the entry filled at. Not the price that it paid: slippage would raise the stop, and so be worth something.
   */
  readonly highPrice: string;
  /** Open time of the candle that raised it last; no candle up to then is looked at again. */
  readonly seenMs: number;
  /** Open time from which on the time stop sells. */
  readonly timeStopMs?: number | undefined;
  /** The exit that has triggered and not sold all. */
  readonly sold?: SoldExit | undefined;
}

/** What the levels of exits follow from. */
export interface ExitLevels {
  readonly entry: { readonly exits?: ExitTerms | undefined };
  readonly highPrice: string;
}

export interface SoldExit {
  readonly kind: ExitKind;
  readonly orderQty: string;
  readonly qty: string;
  readonly fills: number;
  /** Open time of the candle that it triggered or filled in last. */
  readonly atMs: number;
}

/** Exits of an entry's first fill; undefined when it has none. */
export function exitsOfFill<Order extends PaperOrder>(
  entry: Order,
  fill: { readonly qty: string; readonly open: string; readonly atMs: number; readonly timeframe: TimeframeName },
): RestingExits<Order> | undefined {
  const { exits } = entry;
  if (exits === undefined) return undefined;
  const { maxCandles } = exits;
  return {
    entry,
    qty: fill.qty,
    sinceMs: fill.atMs,
    highPrice: fill.open,
    seenMs: fill.atMs - 1,
    ...(maxCandles === undefined ? {} : { timeStopMs: fill.atMs + maxCandles * timeframeMs(fill.timeframe) }),
  };
}

/** The exits after a further fill of their entry. */
export function withFurtherFill<Order extends PaperOrder>(
  exits: RestingExits<Order>,
  fill: { readonly qty: string; readonly open: string },
): RestingExits<Order> {
  return {
    ...exits,
    qty: formatDecimal(parseDecimal(exits.qty).plus(parseDecimal(fill.qty))),
    highPrice: higherOf(exits.highPrice, fill.open),
  };
}

/** The exits after a closed candle: a trailing stop follows its high. The same object when nothing has changed. */
export function raised<Order extends PaperOrder>(
  exits: RestingExits<Order>,
  candle: { readonly high: string; readonly openTimeMs: number },
): RestingExits<Order> {
  if (exits.entry.exits?.trailingDistance === undefined || !isNew(exits, candle.openTimeMs)) return exits;
  if (!parseDecimal(candle.high).gt(parseDecimal(exits.highPrice))) return exits;
  return { ...exits, highPrice: candle.high, seenMs: candle.openTimeMs };
}

/** Whether a candle may trigger them: it opened with the entry's fill or later, and has not been counted. */
export function isNew(exits: RestingExits, openTimeMs: number): boolean {
  return openTimeMs >= exits.sinceMs && openTimeMs > exits.seenMs;
}

/** The level that sells at the market when the price is at or below it; the higher of stop and trailing stop. */
export function stopLevelOf({ entry, highPrice }: ExitLevels): { kind: 'stop' | 'trail'; level: Decimal } | undefined {
  const { stopPrice, trailingDistance } = entry.exits ?? {};
  const stop = stopPrice === undefined ? undefined : parseDecimal(stopPrice);
  const trail =
    trailingDistance === undefined ? undefined : parseDecimal(highPrice).minus(parseDecimal(trailingDistance));
  if (trail !== undefined && (stop === undefined || trail.gt(stop))) return { kind: 'trail', level: trail };
  return stop === undefined ? undefined : { kind: 'stop', level: stop };
}

/** The take-profit's limit, rounded up to the tick. */
export function targetLevelOf({ entry }: Pick<ExitLevels, 'entry'>, tickSize: Decimal): Decimal | undefined {
  const price = entry.exits?.takeProfitPrice;
  return price === undefined ? undefined : parseDecimal(price).div(tickSize).ceil().times(tickSize);
}

/** In the order in which they are looked at: the oldest first, then by the entry's id. */
export function inRestingOrder(a: RestingExits, b: RestingExits): number {
  return a.sinceMs - b.sinceMs || (a.entry.orderId < b.entry.orderId ? -1 : 1);
}

function higherOf(a: string, b: string): string {
  return parseDecimal(b).gt(parseDecimal(a)) ? b : a;
}
