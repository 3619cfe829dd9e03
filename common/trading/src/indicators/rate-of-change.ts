import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { Lag } from './lag.js';

/**
 * Simple return over `distance` values as a ratio: value / value `distance` ago - 1 (0.05 is 5 %; charting tools show it
 * times 100). Warm after `distance + 1` values; NaN where the earlier value is 0. A value that is not finite is skipped
 * (NaN there).
 *
 * @throws RangeError when `distance` is not a whole number of at least 1.
 */
export class RateOfChange implements ValueIndicator {
  readonly #lag: Lag;

  constructor(distance: number) {
    this.#lag = new Lag(distance);
  }

  push(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    const earlier = this.#lag.push(value);
    return earlier === 0 ? Number.NaN : value / earlier - 1;
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) results[row - from] = this.push(values[row] ?? Number.NaN);
  }
}

/** Rate of change of a whole series as ratios; the first `distance` results are NaN. */
export function rateOfChange(values: Float64Array, distance: number): Float64Array {
  return overSeries(new RateOfChange(distance), values);
}

/** `roc` in YAML. */
export const ROC = defineIndicator({
  name: 'roc',
  describe: 'Rate of change against an earlier value, as a ratio: 0.05 is 5 %.',
  input: 'value',
  parameters: { distance: windowParameter('Values between the two.', 12) },
  outputs: ['value'],
  warmup: ({ distance }) => distance + 1,
  start: ({ distance }) => valueRun(new RateOfChange(distance)),
});
