import { overSeries, type Indicator } from './indicator.js';
import { Lag } from './lag.js';

/**
 * Simple return over `distance` values as a ratio: value / value `distance` ago - 1 (0.05 is 5 %; charting tools show it
 * times 100). Warm after `distance + 1` values; NaN where the earlier value is 0.
 *
 * @throws RangeError when `distance` is not a whole number of at least 1.
 */
export class RateOfChange implements Indicator {
  readonly #lag: Lag;

  constructor(distance: number) {
    this.#lag = new Lag(distance);
  }

  push(value: number): number {
    const earlier = this.#lag.push(value);
    return earlier === 0 ? Number.NaN : value / earlier - 1;
  }
}

/** Rate of change of a whole series as ratios; the first `distance` results are NaN. */
export function rateOfChange(values: Float64Array, distance: number): Float64Array {
  return overSeries(new RateOfChange(distance), values);
}
