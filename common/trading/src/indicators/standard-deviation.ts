import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { RollingMoments } from './rolling-moments.js';

/** `sample` divides by n - 1 (what we use for estimates), `population` by n (what charting tools draw). */
export type DeviationKind = 'sample' | 'population';

/**
 * Standard deviation of the last `window` values, the newest included. Warm after `window` values; exactly 0 over equal
 * values; never negative or NaN once warm. A value that is not finite is skipped (NaN there).
 *
 * @throws RangeError when `window` is not a whole number of at least 1 (population) or 2 (sample).
 */
export class StandardDeviation implements ValueIndicator {
  readonly #moments: RollingMoments;
  readonly #divisor: number;

  constructor(window: number, kind: DeviationKind) {
    if (kind === 'sample' && window < 2) {
      throw new RangeError(`window: expected at least 2 for a sample deviation, was ${String(window)}`);
    }
    this.#moments = new RollingMoments(window);
    this.#divisor = kind === 'sample' ? window - 1 : window;
  }

  push(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    this.#moments.push(value);
    return this.#moments.ready ? Math.sqrt(this.#moments.squares / this.#divisor) : Number.NaN;
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) results[row - from] = this.push(values[row] ?? Number.NaN);
  }
}

/** Rolling standard deviation of a whole series; the first `window - 1` results are NaN. */
export function standardDeviation(values: Float64Array, window: number, kind: DeviationKind): Float64Array {
  return overSeries(new StandardDeviation(window, kind), values);
}

/** `standard_deviation` in YAML: of a sample. */
export const STANDARD_DEVIATION = defineIndicator({
  name: 'standard_deviation',
  describe: 'Sample standard deviation of the last values.',
  input: 'value',
  parameters: { window: windowParameter('Values looked at.', 20, 2) },
  outputs: ['value'],
  warmup: ({ window }) => window,
  start: ({ window }) => valueRun(new StandardDeviation(window, 'sample')),
});
