import { overSeries, type Indicator } from './indicator.js';
import { RollingMoments } from './rolling-moments.js';

/**
 * Sample deviations that the newest value is away from the mean of the last `window` values, itself included. Warm after
 * `window` values; NaN over a flat window (deviation 0). Its size never exceeds (window - 1) / sqrt(window).
 *
 * @throws RangeError when `window` is not a whole number of at least 2.
 * @source the bound: P. A. Samuelson, "How Deviant Can You Be?", Journal of the American Statistical Association 63
 * (1968).
 */
export class ZScore implements Indicator {
  readonly #moments: RollingMoments;

  constructor(window: number) {
    if (window < 2) throw new RangeError(`window: expected at least 2, was ${String(window)}`);
    this.#moments = new RollingMoments(window);
  }

  push(value: number): number {
    const moments = this.#moments;
    moments.push(value);
    if (!moments.ready || moments.squares === 0) return Number.NaN;
    return (value - moments.mean) / Math.sqrt(moments.squares / (moments.window - 1));
  }
}

/** z-score of a whole series; the first `window - 1` results, and those of flat windows, are NaN. */
export function zScore(values: Float64Array, window: number): Float64Array {
  return overSeries(new ZScore(window), values);
}
