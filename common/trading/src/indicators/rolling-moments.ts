import { assertWholeNumber } from './whole-number.js';

/**
 * Mean and sum of squared deviations of the last `window` values, one value at a time, in O(1) amortised.
 *
 * The window is covered by two runs, as in `RollingMean`: nothing that left is ever subtracted, so nothing drifts and an
 * outlier leaves no trace. The sums are of distances d from an anchor, a value that is itself in the window: the squared
 * deviations are sum d^2 - (sum d)^2 / window, exactly 0 over equal values. An anchor in the window is at most
 * sqrt(window - 1) deviations from the mean, so the difference loses at most a factor of `window` in precision. Two
 * instances fed with the same values from the first on agree bit for bit.
 *
 * @source shifted data: T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for Computing the Sample Variance" (1983);
 * the bound: P. A. Samuelson, "How Deviant Can You Be?" (1968).
 */
export class RollingMoments {
  readonly window: number;
  /** From the current position on: sums from the right of the previous block; before it: the current block's values. */
  readonly #block: Float64Array;
  readonly #blockSquares: Float64Array;
  #ready = false;
  #at = 0;
  #anchor = 0;
  #sum = 0;
  #sumSquares = 0;
  #mean = 0;
  #squares = 0;

  /** @throws RangeError when `window` is not a whole number of at least 1. */
  constructor(window: number) {
    assertWholeNumber('window', window, 1);
    this.window = window;
    this.#block = new Float64Array(window);
    this.#blockSquares = new Float64Array(window);
  }

  /** True once `window` values were pushed; before that mean and squares mean nothing. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Mean of the last `window` values. */
  get mean(): number {
    return this.#mean;
  }

  /** Sum of squared deviations from the mean over the last `window` values; 0 or more. */
  get squares(): number {
    return this.#squares;
  }

  /** Takes the next value; finite. */
  push(value: number): void {
    const block = this.#block;
    const at = this.#at;
    block[at] = value;
    const next = at + 1;
    if (next === this.window) {
      this.#closeBlock(value);
      return;
    }
    this.#at = next;
    const distance = value - this.#anchor;
    this.#sum += distance;
    this.#sumSquares += distance * distance;
    this.#settle((block[next] ?? 0) + this.#sum, (this.#blockSquares[next] ?? 0) + this.#sumSquares);
  }

  #settle(sum: number, sumSquares: number): void {
    this.#mean = this.#anchor + sum / this.window;
    const squares = sumSquares - (sum * sum) / this.window;
    this.#squares = squares > 0 ? squares : 0;
  }

  #closeBlock(anchor: number): void {
    const block = this.#block;
    const blockSquares = this.#blockSquares;
    let sum = 0;
    let sumSquares = 0;
    for (let at = this.window - 1; at >= 0; at -= 1) {
      const distance = (block[at] ?? 0) - anchor;
      sum += distance;
      sumSquares += distance * distance;
      block[at] = sum;
      blockSquares[at] = sumSquares;
    }
    this.#ready = true;
    this.#at = 0;
    this.#anchor = anchor;
    this.#sum = 0;
    this.#sumSquares = 0;
    this.#settle(sum, sumSquares);
  }
}
