import type { TimeframeName } from '../messages/envelope.js';
import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';
import type { DecimalCandle } from './candle.js';
import { timeframeMs } from './timeframe.js';

/** A stretch of time about which all candles are known. */
export interface KnownStretch {
  /** Inclusive, epoch ms. */
  readonly fromMs: number;
  /** Exclusive, epoch ms: the close of the last candle that is closed. */
  readonly toMs: number;
}

export interface AggregatedCandles {
  /** Buckets that lie wholly in the known stretch, oldest first; a bucket without a candle has none. */
  readonly closed: DecimalCandle[];
  /** Buckets that are known in part: at the start of the stretch, at its end, or both. They may still change. */
  readonly partial: DecimalCandle[];
}

/**
 * Makes longer candles of shorter ones, e.g. hours of minutes. Open, high, low and close keep their digits verbatim (of
 * equal prices the first one's); the volume is the exact decimal sum, without trailing zeros.
 *
 * `candles` are sound, in rising order, one an open time. A bucket is closed only when the known stretch covers it from its
 * open to its close, whatever candles it holds: a minute without a trade makes no bucket unsure, an unknown one does.
 * Aggregating in steps (1m to 5m to 1h) gives the same as at once.
 */
export function aggregateCandles(
  candles: readonly DecimalCandle[],
  timeframe: TimeframeName,
  known: KnownStretch,
): AggregatedCandles {
  const lengthMs = timeframeMs(timeframe);
  const result: AggregatedCandles = { closed: [], partial: [] };
  for (let from = 0; from < candles.length;) {
    const openTimeMs = bucketOf(candles[from], lengthMs);
    let to = from + 1;
    while (to < candles.length && bucketOf(candles[to], lengthMs) === openTimeMs) to += 1;
    const bucket = mergeCandles(candles.slice(from, to), openTimeMs);
    const whole = openTimeMs >= known.fromMs && openTimeMs + lengthMs <= known.toMs;
    if (bucket !== undefined) (whole ? result.closed : result.partial).push(bucket);
    from = to;
  }
  return result;
}

/** True when candles of `base` add up to those of `timeframe`: it is as long, or a whole multiple. */
export function canAggregate(base: TimeframeName, timeframe: TimeframeName): boolean {
  return timeframeMs(timeframe) % timeframeMs(base) === 0;
}

function bucketOf(candle: DecimalCandle | undefined, lengthMs: number): number {
  const openTimeMs = candle?.openTimeMs ?? 0;
  return openTimeMs - (openTimeMs % lengthMs);
}

function mergeCandles(candles: readonly DecimalCandle[], openTimeMs: number): DecimalCandle | undefined {
  const [first] = candles;
  const last = candles.at(-1);
  if (first === undefined || last === undefined) return undefined;
  let { high, low } = first;
  let volume = Decimal.of(0);
  for (const candle of candles) {
    if (isAbove(candle.high, high)) high = candle.high;
    if (isAbove(low, candle.low)) low = candle.low;
    volume = volume.plus(parseDecimal(candle.volume));
  }
  return { openTimeMs, open: first.open, high, low, close: last.close, volume: formatDecimal(volume) };
}

/** Doubles decide where they differ; the digits only where they do not. */
function isAbove(a: string, b: string): boolean {
  const [x, y] = [Number(a), Number(b)];
  if (x !== y) return x > y;
  return a !== b && parseDecimal(a).gt(parseDecimal(b));
}
