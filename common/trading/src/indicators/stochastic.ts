import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, type ManyOutputs } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';
import { RollingMean } from './rolling-mean.js';
import { RollingRange } from './rolling-range.js';
import { assertWholeNumber } from './whole-number.js';

/** Spans of a stochastic in candles: of the range, of the average that is %K, of the average of %K that is %D. */
export interface StochasticWindows {
  readonly window: number;
  readonly smooth: number;
  readonly signal: number;
}

/** Outputs of a stochastic over all candles, each as long as the columns; NaN where there is no value. */
export interface StochasticSeries {
  readonly k: Float64Array;
  readonly d: Float64Array;
}

/**
 * Stochastic oscillator, 0 to 100: where the close stands between the lowest low (0) and the highest high (100) of the
 * last `window` candles, 50 where those are equal. %K is its simple average over `smooth` candles (1: the fast
 * stochastic), %D that of %K over `signal`. `values`: k, d. Both are warm after window + smooth + signal - 2 candles.
 *
 * @throws RangeError when a span is not a whole number of at least 1.
 * @source G. C. Lane, "Lane's Stochastics", Technical Analysis of Stocks & Commodities 2 (1984).
 */
export class Stochastic implements ManyOutputs<Candle, CandleColumns> {
  readonly values = new Float64Array(2).fill(Number.NaN);
  readonly #range: RollingRange;
  readonly #smooth: RollingMean;
  readonly #signal: RollingMean;
  #k = Number.NaN;
  #d = Number.NaN;

  constructor({ window, smooth, signal }: StochasticWindows) {
    assertWholeNumber('smooth', smooth, 1);
    assertWholeNumber('signal', signal, 1);
    this.#range = new RollingRange(window);
    this.#smooth = new RollingMean(smooth);
    this.#signal = new RollingMean(signal);
  }

  push({ high, low, close }: Candle): void {
    this.#step(high, low, close);
    this.values[0] = this.#k;
    this.values[1] = this.#d;
  }

  over({ high, low, close }: CandleColumns, target: IndicatorTarget): void {
    const ks = outputOf(target, 0);
    const ds = outputOf(target, 1);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      this.#step(high[row] ?? Number.NaN, low[row] ?? Number.NaN, close[row] ?? Number.NaN);
      ks[row - from] = this.#k;
      ds[row - from] = this.#d;
    }
  }

  #step(high: number, low: number, close: number): void {
    const range = this.#range;
    range.push(high, low);
    const width = range.highest - range.lowest;
    if (Number.isNaN(width)) return;
    const k = this.#smooth.push(width === 0 ? 50 : 100 * ((close - range.lowest) / width));
    if (Number.isNaN(k)) return;
    this.#d = this.#signal.push(k);
    if (!Number.isNaN(this.#d)) this.#k = k;
  }
}

/** Stochastic of all candles; the first window + smooth + signal - 3 rows are NaN. */
export function stochastic(columns: CandleColumns, windows: StochasticWindows): StochasticSeries {
  const series = { k: new Float64Array(columns.length), d: new Float64Array(columns.length) };
  new Stochastic(windows).over(columns, { from: 0, to: columns.length, out: [series.k, series.d] });
  return series;
}

/** `stochastic` in YAML. */
export const STOCHASTIC = defineIndicator({
  name: 'stochastic',
  describe: 'Where the close stands in the range of the last candles, 0 to 100: %K and its average %D.',
  input: 'candle',
  parameters: {
    window: windowParameter('Candles of the range.', 14),
    smooth: windowParameter('Candles of the average that is %K; 1 is the fast stochastic.', 3),
    signal: windowParameter('Candles of the average of %K that is %D.', 3),
  },
  outputs: ['k', 'd'],
  warmup: ({ window, smooth, signal }) => window + smooth + signal - 2,
  start: (windows) => candleRun(new Stochastic(windows)),
});
