import { assertWholeNumber } from './whole-number.js';

/**
 * Mean of the last `window` values, one value at a time, in O(1) amortised.
 *
 * The window is covered by two runs: the tail of the previous block of `window` values, whose sums from the right were
 * taken when the block ended, and the current block's running sum. Nothing that left is ever subtracted, so nothing
 * drifts and an outlier leaves no trace. Sums are of distances from a value in the window, so equal values give exactly
 * that value. Two instances fed with the same values from the first on agree bit for bit.
 *
 * @source the two runs: M. van Herk, "A fast algorithm for local minimum and maximum filters" (1992), for sums.
 */
export class RollingMean {
  readonly window: number;
  /** From the current position on: sums from the right of the previous block; before it: the current block's values. */
  readonly #block: Float64Array;
  #at = 0;
  #anchor = 0;
  #sum = 0;

  /** @throws RangeError when `window` is not a whole number of at least 1. */
  constructor(window: number) {
    assertWholeNumber('window', window, 1);
    this.window = window;
    this.#block = new Float64Array(window).fill(Number.NaN);
  }

  /** Takes the next value, finite, and gives the mean there; NaN for the first `window - 1` values. */
  push(value: number): number {
    const block = this.#block;
    const at = this.#at;
    block[at] = value;
    const next = at + 1;
    if (next === this.window) return this.#closeBlock(value);
    this.#at = next;
    this.#sum += value - this.#anchor;
    return this.#anchor + ((block[next] ?? Number.NaN) + this.#sum) / this.window;
  }

  #closeBlock(anchor: number): number {
    const block = this.#block;
    let sum = 0;
    for (let at = this.window - 1; at >= 0; at -= 1) {
      sum += (block[at] ?? Number.NaN) - anchor;
      block[at] = sum;
    }
    this.#at = 0;
    this.#anchor = anchor;
    this.#sum = 0;
    return anchor + sum / this.window;
  }
}
