import { assertWholeNumber } from './whole-number.js';

/**
 * Exponentially weighted average, one value at a time: each value moves the average by `factor` of its distance to it.
 * It starts as the mean of the first `window` values. Equal values give exactly that value.
 */
export class ExponentialAverage {
  readonly #window: number;
  readonly #keep: number;
  #count = 0;
  #average = 0;

  /**
   * @param factor share of the newest value, in (0, 1]: 2 / (window + 1) for an EMA, 1 / window for Wilder's average.
   * @throws RangeError when `window` is not a whole number of at least 1.
   */
  constructor(window: number, factor: number) {
    assertWholeNumber('window', window, 1);
    this.#window = window;
    this.#keep = 1 - factor;
  }

  /** Takes the next value, finite, and gives the average there; NaN for the first `window - 1` values. */
  push(value: number): number {
    // From the value towards the old average, so that a factor of 1 gives the value and equal values stay exact.
    if (this.#count >= this.#window) {
      this.#average = value + (this.#average - value) * this.#keep;
      return this.#average;
    }
    return this.#seed(value);
  }

  #seed(value: number): number {
    this.#count += 1;
    this.#average += (value - this.#average) / this.#count;
    return this.#count === this.#window ? this.#average : Number.NaN;
  }
}
