/**
 * Mean and sum of squared deviations of the last `window` values, one value at a time.
 *
 * The window is covered by two runs: the tail of the previous block of `window` values, whose suffix moments were
 * computed when the block ended, and the current block, kept by Welford's update. Joining them never subtracts a value
 * that left, so nothing drifts, an outlier leaves no trace, and equal values give a deviation of exactly 0. One value
 * costs O(1) amortised (a block's suffixes cost O(window) once per `window` values). Two instances fed with the same
 * values from the first on agree bit for bit.
 *
 * @source B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products" (1962); the join is
 * the pairwise formula of T. F. Chan, G. H. Golub, R. J. LeVeque (1979).
 */
export class RollingMoments {
  readonly window: number;
  readonly #values: Float64Array;
  readonly #suffixMean: Float64Array;
  readonly #suffixSquares: Float64Array;
  #count = 0;
  #blockMean = 0;
  #blockSquares = 0;
  #mean = 0;
  #squares = 0;

  /** @throws RangeError when `window` is not a whole number of at least 1. */
  constructor(window: number) {
    if (!Number.isInteger(window) || window < 1) {
      throw new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`);
    }
    this.window = window;
    this.#values = new Float64Array(window);
    this.#suffixMean = new Float64Array(window);
    this.#suffixSquares = new Float64Array(window);
  }

  /** True once `window` values were pushed; before that mean and squares mean nothing. */
  get ready(): boolean {
    return this.#count >= this.window;
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
    const at = this.#count % this.window;
    if (at === 0 && this.#count > 0) this.#closeBlock();
    this.#values[at] = value;
    this.#count += 1;
    const size = at + 1;
    const delta = value - this.#blockMean;
    this.#blockMean = size === 1 ? value : this.#blockMean + delta / size;
    this.#blockSquares = size === 1 ? 0 : this.#blockSquares + delta * (value - this.#blockMean);
    this.#join(size);
  }

  #closeBlock(): void {
    let mean = 0;
    let squares = 0;
    for (let at = this.window - 1; at >= 0; at -= 1) {
      const value = this.#values[at] ?? 0;
      const size = this.window - at;
      const delta = value - mean;
      mean = size === 1 ? value : mean + delta / size;
      squares = size === 1 ? 0 : squares + delta * (value - mean);
      this.#suffixMean[at] = mean;
      this.#suffixSquares[at] = squares;
    }
  }

  #join(blockSize: number): void {
    const suffixSize = this.window - blockSize;
    if (suffixSize === 0) {
      this.#mean = this.#blockMean;
      this.#squares = this.#blockSquares;
      return;
    }
    const suffixMean = this.#suffixMean[blockSize] ?? 0;
    const delta = this.#blockMean - suffixMean;
    const share = blockSize / this.window;
    this.#mean = suffixMean + delta * share;
    this.#squares = (this.#suffixSquares[blockSize] ?? 0) + this.#blockSquares + delta * delta * suffixSize * share;
  }
}
