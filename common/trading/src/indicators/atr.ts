import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { defineIndicator, windowParameter } from './define-indicator.js';
import { ExponentialAverage } from './exponential-average.js';
import { outputOf, overCandles, type OneOutput } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';

/**
 * Average true range, in the price's units: Wilder's average of max(high, last close) - min(low, last close), started
 * with the mean of the first `window` ranges; the first candle's is high - low. Warm after `window` candles; 0 or more.
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 * @source J. W. Wilder, "New Concepts in Technical Trading Systems" (1978), section III; the start is that of StockCharts
 * (TA-Lib leaves the first candle's range out and is warm one candle later).
 */
export class Atr implements OneOutput<Candle, CandleColumns> {
  readonly #average: ExponentialAverage;
  #lastClose = Number.NaN;

  constructor(window: number) {
    this.#average = new ExponentialAverage(window, 1 / window);
  }

  push({ high, low, close }: Candle): number {
    return this.step(high, low, close);
  }

  /** As `push`, for the three prices that count. */
  step(high: number, low: number, close: number): number {
    const last = this.#lastClose;
    this.#lastClose = close;
    // Comparisons with the NaN before the first close are false, so the first range is high - low.
    return this.#average.push((last > high ? last : high) - (last < low ? last : low));
  }

  over({ high, low, close }: CandleColumns, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      results[row - from] = this.step(high[row] ?? Number.NaN, low[row] ?? Number.NaN, close[row] ?? Number.NaN);
    }
  }
}

/** ATR of all candles; the first `window - 1` results are NaN. */
export function atr(columns: CandleColumns, window: number): Float64Array {
  return overCandles(new Atr(window), columns);
}

/** `atr` in YAML. */
export const ATR = defineIndicator({
  name: 'atr',
  describe: "Wilder's average true range, in the price's units.",
  input: 'candle',
  parameters: { window: windowParameter("Candles of Wilder's average.", 14) },
  outputs: ['value'],
  warmup: ({ window }) => window,
  start: ({ window }) => candleRun(new Atr(window)),
});
