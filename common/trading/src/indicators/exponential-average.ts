import { assertWholeNumber } from './whole-number.js';

/** Elements that a batch takes without looking at each: long enough to pay, short enough to do again. */
const STRETCH = 256;

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

  /**
   * As `push` for the elements [from, to) of `values`, results to `out` from element 0 on; an element that is not finite
   * is skipped (NaN there).
   */
  over(values: Float64Array, { from, to }: { readonly from: number; readonly to: number }, out: Float64Array): void {
    for (let row = from; row < to;) {
      const end = Math.min(to, row + STRETCH);
      if (this.#count < this.#window || !this.#overFinite(values, { from: row, to: end }, out.subarray(row - from))) {
        this.#overChecked(values, { from: row, to: end }, out.subarray(row - from));
      }
      row = end;
    }
  }

  /** False, and nothing taken, when an element is not finite: the average is then NaN to the end. */
  #overFinite(values: Float64Array, { from, to }: { from: number; to: number }, out: Float64Array): boolean {
    const keep = this.#keep;
    let average = this.#average;
    for (let row = from; row < to; row += 1) {
      const value = values[row] ?? Number.NaN;
      average = value + (average - value) * keep;
      out[row - from] = average;
    }
    if (Number.isNaN(average)) return false;
    this.#average = average;
    return true;
  }

  #overChecked(values: Float64Array, { from, to }: { from: number; to: number }, out: Float64Array): void {
    for (let row = from; row < to; row += 1) {
      const value = values[row] ?? Number.NaN;
      out[row - from] = Number.isFinite(value) ? this.push(value) : Number.NaN;
    }
  }

  #seed(value: number): number {
    this.#count += 1;
    this.#average += (value - this.#average) / this.#count;
    return this.#count === this.#window ? this.#average : Number.NaN;
  }
}
