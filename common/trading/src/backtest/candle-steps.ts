import { closeTimeMs } from '../market/timeframe.js';
import type { DecimalCandle } from '../market/candle.js';
import type { TimeframeName } from '../messages/envelope.js';

/** One symbol's candles, open times strictly rising. */
export interface CandleSeries {
  readonly symbol: string;
  readonly candles: readonly DecimalCandle[];
}

/** All candles that share an open time; `index` is the place of the candle's series in the session's order. */
export interface CandleStep {
  readonly openTimeMs: number;
  readonly closeTimeMs: number;
  readonly candles: readonly StepCandle[];
}

export interface StepCandle {
  readonly index: number;
  readonly symbol: string;
  readonly candle: DecimalCandle;
  /** The candle before it in its series; the paper exchange needs it where its rules look back (`looksBack`). */
  readonly before?: DecimalCandle | undefined;
}

/** Merges the series into steps, in rising time; within a step symbols are in the order of `series`. */
export function* candleSteps(series: readonly CandleSeries[], timeframe: TimeframeName): Generator<CandleStep> {
  const next = series.map(() => 0);
  for (;;) {
    const openTimeMs = earliestOpen(series, next);
    if (openTimeMs === undefined) return;
    const candles: StepCandle[] = [];
    for (const [index, { symbol, candles: all }] of series.entries()) {
      const at = next[index] ?? 0;
      const candle = all[at];
      if (candle?.openTimeMs !== openTimeMs) continue;
      candles.push({ index, symbol, candle, before: all[at - 1] });
      next[index] = at + 1;
    }
    yield { openTimeMs, closeTimeMs: closeTimeMs(openTimeMs, timeframe), candles };
  }
}

function earliestOpen(series: readonly CandleSeries[], next: readonly number[]): number | undefined {
  let earliest: number | undefined;
  for (const [index, { candles }] of series.entries()) {
    const openTimeMs = candles[next[index] ?? 0]?.openTimeMs;
    if (openTimeMs !== undefined && (earliest === undefined || openTimeMs < earliest)) earliest = openTimeMs;
  }
  return earliest;
}

/** @throws RangeError naming the symbol when open times do not rise, or a symbol is there twice. */
export function assertSeries(series: readonly CandleSeries[]): void {
  const seen = new Set<string>();
  for (const { symbol, candles } of series) {
    if (seen.has(symbol)) throw new RangeError(`series: expected each symbol once, was ${symbol} again`);
    seen.add(symbol);
    let last = -Infinity;
    for (const { openTimeMs } of candles) {
      if (openTimeMs <= last) {
        throw new RangeError(`${symbol}: expected an open time after ${String(last)}, was ${String(openTimeMs)}`);
      }
      last = openTimeMs;
    }
  }
}
