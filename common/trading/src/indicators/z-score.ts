import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { RollingMoments } from './rolling-moments.js';

/**
 * Sample deviations that the newest value is away from the mean of the last `window` values, itself included. Warm after
 * `window` values; NaN over a flat window (deviation 0). Its size never exceeds (window - 1) / sqrt(window). A value that
 * is not finite is skipped (NaN there).
 *
 * @throws RangeError when `window` is not a whole number of at least 2.
 * @source the bound: P. A. Samuelson, "How Deviant Can You Be?", Journal of the American Statistical Association 63
 * (1968).
 */
export class ZScore implements ValueIndicator {
  readonly #moments: RollingMoments;

  constructor(window: number) {
    if (window < 2) throw new RangeError(`window: expected at least 2, was ${String(window)}`);
    this.#moments = new RollingMoments(window);
  }

  push(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    const moments = this.#moments;
    moments.push(value);
    if (!moments.ready || moments.squares === 0) return Number.NaN;
    return (value - moments.mean) / Math.sqrt(moments.squares / (moments.window - 1));
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) results[row - from] = this.push(values[row] ?? Number.NaN);
  }
}

/** z-score of a whole series; the first `window - 1` results, and those of flat windows, are NaN. */
export function zScore(values: Float64Array, window: number): Float64Array {
  return overSeries(new ZScore(window), values);
}

/** `z_score` in YAML. */
export const Z_SCORE = defineIndicator({
  name: 'z_score',
  describe: 'Sample deviations away from the moving average; none over a flat window.',
  input: 'value',
  parameters: { window: windowParameter('Values of mean and deviation, the newest included.', 20, 2) },
  outputs: ['value'],
  warmup: ({ window }) => window,
  start: ({ window }) => valueRun(new ZScore(window)),
});
