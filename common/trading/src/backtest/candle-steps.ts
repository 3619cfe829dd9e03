import { closeTimeMs } from '../market/timeframe.js';
import type { DecimalCandle } from '../market/candle.js';
import { ColumnCandle, decimalColumnsOf, type DecimalColumns } from '../market/candle-columns.js';
import type { TimeframeName } from '../messages/envelope.js';
import type { FinerCandle } from './finer-candles.js';

/** One symbol's candles, open times strictly rising. */
export interface CandleSeries {
  readonly symbol: string;
  readonly candles: readonly DecimalCandle[];
}

/** The same as columns: less memory, and nothing to convert. */
export interface ColumnSeries {
  readonly symbol: string;
  readonly columns: DecimalColumns;
}

/** What a backtest takes for each symbol. */
export type BacktestSeries = CandleSeries | ColumnSeries;

/** How many candles a series has. */
export function lengthOf(one: BacktestSeries): number {
  return 'columns' in one ? one.columns.length : one.candles.length;
}

/** The columns of a series; of candles they are made, and no digit is lost. */
export function columnsOfSeries(one: BacktestSeries): DecimalColumns {
  return 'columns' in one ? one.columns : decimalColumnsOf(one.candles);
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
  /** The shorter candles that it is made of, in their order; what rests is matched against them one after the other. */
  readonly inside?: readonly FinerCandle[] | undefined;
  /** The candle before it in its series; the paper exchange needs it where its rules look back (`looksBack`). */
  readonly before?: DecimalCandle | undefined;
}

/** Merges the series into steps, in rising time; within a step symbols are in the order of `series`. */
export function* candleSteps(series: readonly BacktestSeries[], timeframe: TimeframeName): Generator<CandleStep> {
  const next = series.map(() => 0);
  for (;;) {
    const openTimeMs = earliestOpen(series, next);
    if (openTimeMs === undefined) return;
    const candles: StepCandle[] = [];
    for (const [index, one] of series.entries()) {
      const at = next[index] ?? 0;
      if (openTimeAt(one, at) !== openTimeMs) continue;
      const candle = candleAt(one, at);
      if (candle === undefined) continue;
      candles.push({ index, symbol: one.symbol, candle, before: candleAt(one, at - 1) });
      next[index] = at + 1;
    }
    yield { openTimeMs, closeTimeMs: closeTimeMs(openTimeMs, timeframe), candles };
  }
}

/** Undefined before the first candle and after the last. */
function candleAt(one: BacktestSeries, at: number): DecimalCandle | undefined {
  if (at < 0) return undefined;
  return 'columns' in one ? new ColumnCandle(one.columns, at) : one.candles[at];
}

function earliestOpen(series: readonly BacktestSeries[], next: readonly number[]): number | undefined {
  let earliest: number | undefined;
  for (const [index, one] of series.entries()) {
    const openTimeMs = openTimeAt(one, next[index] ?? 0);
    if (openTimeMs !== undefined && (earliest === undefined || openTimeMs < earliest)) earliest = openTimeMs;
  }
  return earliest;
}

function openTimeAt(one: BacktestSeries, row: number): number | undefined {
  return 'columns' in one ? one.columns.openTimeMs[row] : one.candles[row]?.openTimeMs;
}

/** @throws RangeError naming the symbol when open times do not rise, or a symbol is there twice. */
export function assertSeries(series: readonly BacktestSeries[]): void {
  const seen = new Set<string>();
  for (const one of series) {
    const { symbol } = one;
    if (seen.has(symbol)) throw new RangeError(`series: expected each symbol once, was ${symbol} again`);
    seen.add(symbol);
    if ('columns' in one) assertRising(symbol, one.columns.openTimeMs, one.columns.length);
    else {
      const times = Float64Array.from(one.candles, ({ openTimeMs }) => openTimeMs);
      assertRising(symbol, times, times.length);
    }
  }
}

function assertRising(symbol: string, openTimesMs: Float64Array, length: number): void {
  for (let row = 1; row < length; row += 1) {
    if ((openTimesMs[row] ?? Number.NaN) > (openTimesMs[row - 1] ?? Number.NaN)) continue;
    const [before, was] = [openTimesMs[row - 1], openTimesMs[row]];
    throw new RangeError(`${symbol}: expected an open time after ${String(before)}, was ${String(was)}`);
  }
}
