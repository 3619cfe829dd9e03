import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { defineIndicator, windowParameter } from './define-indicator.js';
import { ExponentialAverage } from './exponential-average.js';
import { outputOf, type ManyOutputs } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';

/** Outputs of an ADX over all candles, each as long as the columns; NaN where there is no value. */
export interface AdxSeries {
  readonly adx: Float64Array;
  readonly plusDi: Float64Array;
  readonly minusDi: Float64Array;
}

/**
 * Average directional index with its directional indicators, each 0 to 100. `values`: adx, +DI, -DI.
 *
 * A candle's movement up is high - last high, down last low - low; only the larger one counts, and only above 0. +DI and
 * -DI are 100 times Wilder's averages of the movements over that of the true range; DX is 100 |+DI - -DI| / (+DI + -DI), 0
 * where nothing moves, and ADX is Wilder's average of it. Movements and ranges begin with the second candle, each average
 * with the mean of its first `window` entries. All three are warm after 2 `window` candles.
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 * @source J. W. Wilder, "New Concepts in Technical Trading Systems" (1978), section IV; the start is that of StockCharts
 * (TA-Lib sums `window` - 1 movements at the start).
 */
export class Adx implements ManyOutputs<Candle, CandleColumns> {
  readonly values = new Float64Array(3).fill(Number.NaN);
  readonly #ups: ExponentialAverage;
  readonly #downs: ExponentialAverage;
  readonly #ranges: ExponentialAverage;
  readonly #strength: ExponentialAverage;
  #lastHigh = Number.NaN;
  #lastLow = Number.NaN;
  #lastClose = Number.NaN;
  #adx = Number.NaN;
  #plusDi = Number.NaN;
  #minusDi = Number.NaN;

  constructor(window: number) {
    this.#ups = new ExponentialAverage(window, 1 / window);
    this.#downs = new ExponentialAverage(window, 1 / window);
    this.#ranges = new ExponentialAverage(window, 1 / window);
    this.#strength = new ExponentialAverage(window, 1 / window);
  }

  push({ high, low, close }: Candle): void {
    this.#step(high, low, close);
    this.values[0] = this.#adx;
    this.values[1] = this.#plusDi;
    this.values[2] = this.#minusDi;
  }

  over({ high, low, close }: CandleColumns, target: IndicatorTarget): void {
    const strengths = outputOf(target, 0);
    const pluses = outputOf(target, 1);
    const minuses = outputOf(target, 2);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      this.#step(high[row] ?? Number.NaN, low[row] ?? Number.NaN, close[row] ?? Number.NaN);
      strengths[row - from] = this.#adx;
      pluses[row - from] = this.#plusDi;
      minuses[row - from] = this.#minusDi;
    }
  }

  #step(high: number, low: number, close: number): void {
    const up = high - this.#lastHigh;
    const down = this.#lastLow - low;
    const last = this.#lastClose;
    this.#lastHigh = high;
    this.#lastLow = low;
    this.#lastClose = close;
    if (Number.isNaN(last)) return;
    const ups = this.#ups.push(up > down && up > 0 ? up : 0);
    const downs = this.#downs.push(down > up && down > 0 ? down : 0);
    const ranges = this.#ranges.push(Math.max(high, last) - Math.min(low, last));
    if (Number.isNaN(ranges)) return;
    const both = ups + downs;
    this.#adx = this.#strength.push(both === 0 ? 0 : 100 * (Math.abs(ups - downs) / both));
    if (!Number.isNaN(this.#adx)) this.#direct(ups, downs, ranges);
  }

  #direct(ups: number, downs: number, ranges: number): void {
    // A movement never exceeds the range, but its average can by a rounding.
    this.#plusDi = ranges === 0 ? 0 : 100 * Math.min(1, ups / ranges);
    this.#minusDi = ranges === 0 ? 0 : 100 * Math.min(1, downs / ranges);
  }
}

/** ADX, +DI and -DI of all candles; the first 2 `window` - 1 rows are NaN. */
export function adx(columns: CandleColumns, window: number): AdxSeries {
  const { length } = columns;
  const series = {
    adx: new Float64Array(length),
    plusDi: new Float64Array(length),
    minusDi: new Float64Array(length),
  };
  new Adx(window).over(columns, { from: 0, to: length, out: [series.adx, series.plusDi, series.minusDi] });
  return series;
}

/** `adx` in YAML. */
export const ADX = defineIndicator({
  name: 'adx',
  describe: "Wilder's average directional index with +DI and -DI, each 0 to 100.",
  input: 'candle',
  parameters: { window: windowParameter("Candles of Wilder's averages.", 14) },
  outputs: ['adx', 'plus_di', 'minus_di'],
  warmup: ({ window }) => 2 * window,
  start: ({ window }) => candleRun(new Adx(window)),
});
