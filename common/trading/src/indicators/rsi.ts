import { defineIndicator, windowParameter } from './define-indicator.js';
import { ExponentialAverage } from './exponential-average.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';

/**
 * Relative strength index, 0 to 100: 100 * gain / (gain + loss), Wilder's averages of the rises and of the falls from one
 * value to the next, started with the means of the first `window` changes. 50 while nothing has ever moved. Warm after
 * `window + 1` values. A value that is not finite is skipped (NaN there).
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 * @source J. W. Wilder, "New Concepts in Technical Trading Systems" (1978), section VI; the same start as StockCharts and
 * TA-Lib.
 */
export class Rsi implements ValueIndicator {
  readonly #gains: ExponentialAverage;
  readonly #losses: ExponentialAverage;
  #last = Number.NaN;

  constructor(window: number) {
    this.#gains = new ExponentialAverage(window, 1 / window);
    this.#losses = new ExponentialAverage(window, 1 / window);
  }

  push(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    const change = value - this.#last;
    this.#last = value;
    if (Number.isNaN(change)) return Number.NaN;
    const gain = this.#gains.push(change > 0 ? change : 0);
    const loss = this.#losses.push(change < 0 ? -change : 0);
    const both = gain + loss;
    return both === 0 ? 50 : 100 * (gain / both);
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) results[row - from] = this.push(values[row] ?? Number.NaN);
  }
}

/** RSI of a whole series; the first `window` results are NaN. */
export function rsi(values: Float64Array, window: number): Float64Array {
  return overSeries(new Rsi(window), values);
}

/** `rsi` in YAML. */
export const RSI = defineIndicator({
  name: 'rsi',
  describe: "Wilder's relative strength index, 0 to 100; 50 while nothing has moved.",
  input: 'value',
  parameters: { window: windowParameter("Changes of Wilder's averages.", 14) },
  outputs: ['value'],
  warmup: ({ window }) => window + 1,
  start: ({ window }) => valueRun(new Rsi(window)),
});
