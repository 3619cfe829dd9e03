import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { RollingMean } from './rolling-mean.js';

/**
 * Simple moving average: mean of the last `window` values, the newest included. Warm after `window` values; O(1)
 * amortised a value, without drift. A value that is not finite is skipped (NaN there).
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 */
export class MovingAverage implements ValueIndicator {
  readonly #mean: RollingMean;

  constructor(window: number) {
    this.#mean = new RollingMean(window);
  }

  push(value: number): number {
    return Number.isFinite(value) ? this.#mean.push(value) : Number.NaN;
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) results[row - from] = this.push(values[row] ?? Number.NaN);
  }
}

/** Simple moving average of a whole series; the first `window - 1` results are NaN. */
export function movingAverage(values: Float64Array, window: number): Float64Array {
  return overSeries(new MovingAverage(window), values);
}

/** `sma` in YAML. */
export const SMA = defineIndicator({
  name: 'sma',
  describe: 'Simple moving average.',
  input: 'value',
  parameters: { window: windowParameter('Values that are averaged.', 20) },
  outputs: ['value'],
  warmup: ({ window }) => window,
  start: ({ window }) => valueRun(new MovingAverage(window)),
});
