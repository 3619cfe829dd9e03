import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import { exitOrderIdOf } from '@octant/trading/exchange/order-id';
import type { ExitKind } from '@octant/trading/exchange/paper-exchange';
import { timeframeMs } from '@octant/trading/market/timeframe';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { LiveOrder } from '../live-order.js';

/** The exits of one entry at an exchange, from its first fill until what it bought is sold. Amounts are decimal strings. */
export interface LiveExits {
  /** The entry's order id. */
  readonly entryId: string;
  readonly symbol: string;
  /** Base quantity that they still have to sell. */
  readonly qty: string;
  /** When the entry filled first, epoch ms. */
  readonly sinceMs: number;
  /** What a trailing stop hangs on: the highest price seen since; never falls. */
  readonly highPrice: string;
  readonly timeStopMs: number | undefined;
  /** The exit that has triggered: it sells from then on, whatever the price does. */
  readonly triggered: ExitKind | undefined;
  /** Orders made so far. */
  readonly orders: number;
  /** Orders that ended without a fill and without our asking, in a row. */
  readonly failures: number;
  /** Nothing new is placed before it, epoch ms; what has triggered does not wait for it. */
  readonly dueAtMs: number;
}

/** Exits as they are with the terms of their entry. */
export interface LiveExitsOfEntry extends LiveExits {
  readonly terms: ExitTerms;
}

/** Exits after a fill of their entry; `known` when it is not the first, else how many orders exits of it have made before. */
export function exitsAfterEntryFill(
  entry: Pick<LiveOrder, 'orderId' | 'symbol' | 'exits' | 'timeframe' | 'notBeforeMs'>,
  fill: { readonly qty: string; readonly price: string; readonly atMs: number },
  known: LiveExits | number,
): LiveExits {
  if (typeof known !== 'number') {
    return {
      ...known,
      qty: formatDecimal(parseDecimal(known.qty).plus(parseDecimal(fill.qty))),
      highPrice: higherOf(known.highPrice, fill.price),
    };
  }
  return {
    entryId: entry.orderId,
    symbol: entry.symbol,
    qty: fill.qty,
    sinceMs: fill.atMs,
    highPrice: fill.price,
    timeStopMs: timeStopOf(entry, fill.atMs),
    ...{ triggered: undefined, orders: known, failures: 0, dueAtMs: 0 },
  };
}

/**
 * When so many candles have closed since the one that the entry filled in opened, as on paper; the exchange's clock may be a little
 * behind ours, but an entry does not fill before it may be sent.
 */
function timeStopOf(
  { exits, timeframe, notBeforeMs }: Pick<LiveOrder, 'exits' | 'timeframe' | 'notBeforeMs'>,
  filledAtMs: number,
): number | undefined {
  if (exits?.maxCandles === undefined || timeframe === undefined) return undefined;
  const lengthMs = timeframeMs(timeframe);
  const openMs = Math.floor(Math.max(filledAtMs, notBeforeMs) / lengthMs) * lengthMs;
  return openMs + exits.maxCandles * lengthMs;
}

/** Exits after `qty` of what they protect was sold; undefined when nothing is left. */
export function exitsAfterSale(exits: LiveExits, qty: Decimal): LiveExits | undefined {
  const left = parseDecimal(exits.qty).minus(qty);
  return left.lte(0) ? undefined : { ...exits, qty: formatDecimal(left) };
}

/**
 * What is taken from the exits of a symbol, the oldest first, so that they sell no more than is held: those that change,
 * `exits: undefined` for those that end.
 */
export function shrunkExits(
  all: readonly LiveExits[],
  heldQty: string,
): readonly { readonly entryId: string; readonly exits: LiveExits | undefined }[] {
  let excess = all.reduce((sum, { qty }) => sum.plus(parseDecimal(qty)), Decimal.of(0)).minus(parseDecimal(heldQty));
  const changes: { entryId: string; exits: LiveExits | undefined }[] = [];
  for (const exits of [...all].sort(inAgeOrder)) {
    if (excess.lte(0)) break;
    const taken = Decimal.min(excess, parseDecimal(exits.qty));
    excess = excess.minus(taken);
    changes.push({ entryId: exits.entryId, exits: exitsAfterSale(exits, taken) });
  }
  return changes;
}

/** Id of the next order of an entry's exits: `<entry>.stop`, then `<entry>.2.stop`. */
export function nextExitOrderId({ entryId, orders }: Pick<LiveExits, 'entryId' | 'orders'>, kind: ExitKind): string {
  return exitOrderIdOf(orders === 0 ? entryId : `${entryId}.${String(orders + 1)}`, kind);
}

export function higherOf(a: string, b: string): string {
  return parseDecimal(b).gt(parseDecimal(a)) ? b : a;
}

function inAgeOrder(a: LiveExits, b: LiveExits): number {
  return a.sinceMs - b.sinceMs || (a.entryId < b.entryId ? -1 : 1);
}
