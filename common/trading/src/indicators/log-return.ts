import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { Lag } from './lag.js';

/**
 * Natural logarithm of value / value `distance` ago; log returns of adjoining spans add up. Warm after `distance + 1`
 * values; NaN where either value is not above 0. A value that is not finite is skipped (NaN there).
 *
 * @throws RangeError when `distance` is not a whole number of at least 1.
 */
export class LogReturn implements ValueIndicator {
  readonly #lag: Lag;

  constructor(distance: number) {
    this.#lag = new Lag(distance);
  }

  push(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    const earlier = this.#lag.push(value);
    return value > 0 && earlier > 0 ? Math.log(value / earlier) : Number.NaN;
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) results[row - from] = this.push(values[row] ?? Number.NaN);
  }
}

/** Log return of a whole series; the first `distance` results are NaN. */
export function logReturn(values: Float64Array, distance: number): Float64Array {
  return overSeries(new LogReturn(distance), values);
}

/** `log_return` in YAML. */
export const LOG_RETURN = defineIndicator({
  name: 'log_return',
  describe: 'Natural logarithm of the ratio to an earlier value.',
  input: 'value',
  parameters: { distance: windowParameter('Values between the two.', 1) },
  outputs: ['value'],
  warmup: ({ distance }) => distance + 1,
  start: ({ distance }) => valueRun(new LogReturn(distance)),
});
