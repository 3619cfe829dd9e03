import { overSeries, type Indicator } from './indicator.js';
import { RollingMoments } from './rolling-moments.js';

/**
 * Simple moving average: mean of the last `window` values, the newest included. Warm after `window` values; O(1)
 * amortised a value, without drift.
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 */
export class MovingAverage implements Indicator {
  readonly #moments: RollingMoments;

  constructor(window: number) {
    this.#moments = new RollingMoments(window);
  }

  push(value: number): number {
    this.#moments.push(value);
    return this.#moments.ready ? this.#moments.mean : Number.NaN;
  }
}

/** Simple moving average of a whole series; the first `window - 1` results are NaN. */
export function movingAverage(values: Float64Array, window: number): Float64Array {
  return overSeries(new MovingAverage(window), values);
}
