import { defineIndicator, windowParameter } from './define-indicator.js';
import { ExponentialAverage } from './exponential-average.js';
import { outputOf, type ManyOutputs } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { assertWholeNumber } from './whole-number.js';

/** Spans of a MACD in values. */
export interface MacdWindows {
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
}

/** Outputs of a MACD over a whole series, as long as it; NaN where there is no value. */
export interface MacdSeries {
  readonly macd: Float64Array;
  readonly signal: Float64Array;
  readonly histogram: Float64Array;
}

/**
 * Moving average convergence divergence: the EMA of span `fast` less that of span `slow`, the EMA of that difference as
 * signal, and their difference as histogram. `values`: macd, signal, histogram. Each EMA starts with the mean of its own
 * first span. All three are warm after max(fast, slow) + signal - 1 values, exactly 0 while nothing has moved. A value
 * that is not finite is skipped (NaN there).
 *
 * @throws RangeError when a span is not a whole number of at least 1.
 * @source G. Appel, "Technical Analysis: Power Tools for Active Investors" (2005), chapter 8; the start is that of
 * StockCharts (TA-Lib starts the fast average later, over the values before the slow one's first).
 */
export class Macd implements ManyOutputs<number, Float64Array> {
  readonly values = new Float64Array(3).fill(Number.NaN);
  readonly #fast: ExponentialAverage;
  readonly #slow: ExponentialAverage;
  readonly #signal: ExponentialAverage;
  #line = Number.NaN;
  #smooth = Number.NaN;

  constructor({ fast, slow, signal }: MacdWindows) {
    assertWholeNumber('fast', fast, 1);
    assertWholeNumber('slow', slow, 1);
    assertWholeNumber('signal', signal, 1);
    this.#fast = new ExponentialAverage(fast, 2 / (fast + 1));
    this.#slow = new ExponentialAverage(slow, 2 / (slow + 1));
    this.#signal = new ExponentialAverage(signal, 2 / (signal + 1));
  }

  push(value: number): void {
    this.#step(value);
    this.values[0] = this.#line;
    this.values[1] = this.#smooth;
    this.values[2] = this.#line - this.#smooth;
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const lines = outputOf(target, 0);
    const signals = outputOf(target, 1);
    const histograms = outputOf(target, 2);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      this.#step(values[row] ?? Number.NaN);
      lines[row - from] = this.#line;
      signals[row - from] = this.#smooth;
      histograms[row - from] = this.#line - this.#smooth;
    }
  }

  #step(value: number): void {
    this.#line = Number.NaN;
    this.#smooth = Number.NaN;
    if (!Number.isFinite(value)) return;
    const fast = this.#fast.push(value);
    const line = fast - this.#slow.push(value);
    if (Number.isNaN(line)) return;
    this.#smooth = this.#signal.push(line);
    if (!Number.isNaN(this.#smooth)) this.#line = line;
  }
}

/** MACD of a whole series; the first max(fast, slow) + signal - 2 rows are NaN. */
export function macd(values: Float64Array, windows: MacdWindows): MacdSeries {
  const series = {
    macd: new Float64Array(values.length),
    signal: new Float64Array(values.length),
    histogram: new Float64Array(values.length),
  };
  const out = [series.macd, series.signal, series.histogram];
  new Macd(windows).over(values, { from: 0, to: values.length, out });
  return series;
}

/** `macd` in YAML. */
export const MACD = defineIndicator({
  name: 'macd',
  describe: 'Fast EMA less slow EMA, its own EMA as signal, and the difference of both as histogram.',
  input: 'value',
  parameters: {
    fast: windowParameter('Span of the fast EMA.', 12),
    slow: windowParameter('Span of the slow EMA.', 26),
    signal: windowParameter('Span of the EMA of the difference.', 9),
  },
  outputs: ['macd', 'signal', 'histogram'],
  warmup: ({ fast, slow, signal }) => Math.max(fast, slow) + signal - 1,
  start: (windows) => valueRun(new Macd(windows)),
});
