import { overSeries, type Indicator } from './indicator.js';
import { Lag } from './lag.js';

/**
 * Natural logarithm of value / value `distance` ago; log returns of adjoining spans add up. Warm after `distance + 1`
 * values; NaN where either value is not above 0.
 *
 * @throws RangeError when `distance` is not a whole number of at least 1.
 */
export class LogReturn implements Indicator {
  readonly #lag: Lag;

  constructor(distance: number) {
    this.#lag = new Lag(distance);
  }

  push(value: number): number {
    const earlier = this.#lag.push(value);
    return value > 0 && earlier > 0 ? Math.log(value / earlier) : Number.NaN;
  }
}

/** Log return of a whole series; the first `distance` results are NaN. */
export function logReturn(values: Float64Array, distance: number): Float64Array {
  return overSeries(new LogReturn(distance), values);
}
