import { defineIndicator, windowParameter } from './define-indicator.js';
import { ExponentialAverage } from './exponential-average.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';

/**
 * Exponential moving average: ema + 2 / (window + 1) * (value - ema), started with the mean of the first `window` values.
 * Warm after `window` values. A value that is not finite is skipped (NaN there).
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 * @source StockCharts ChartSchool, "Moving Averages - Simple and Exponential"; TA-Lib's EMA has the same start.
 */
export class Ema implements ValueIndicator {
  readonly #average: ExponentialAverage;

  constructor(window: number) {
    this.#average = new ExponentialAverage(window, 2 / (window + 1));
  }

  push(value: number): number {
    return Number.isFinite(value) ? this.#average.push(value) : Number.NaN;
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    this.#average.over(values, target, outputOf(target, 0));
  }
}

/** EMA of a whole series; the first `window - 1` results are NaN. */
export function ema(values: Float64Array, window: number): Float64Array {
  return overSeries(new Ema(window), values);
}

/** `ema` in YAML. */
export const EMA = defineIndicator({
  name: 'ema',
  describe: 'Exponential moving average, started with the mean of the first window.',
  input: 'value',
  parameters: { window: windowParameter('Values of its span: the newest has a share of 2 / (window + 1).', 20) },
  outputs: ['value'],
  warmup: ({ window }) => window,
  start: ({ window }) => valueRun(new Ema(window)),
});
