import { assertWholeNumber } from './whole-number.js';

/**
 * Highest high and lowest low of the last `window` candles, in O(1) amortised a candle: the extremes from the right of
 * the previous block of `window` candles, taken when the block ended, joined with those of the current block.
 *
 * @source M. van Herk, "A fast algorithm for local minimum and maximum filters" (1992); J. Gil, M. Werman (1993).
 */
export class RollingRange {
  readonly window: number;
  /** From the current position on: extremes from the right of the previous block; before it: the current block's values. */
  readonly #highs: Float64Array;
  readonly #lows: Float64Array;
  #at = 0;
  #blockHigh = Number.NEGATIVE_INFINITY;
  #blockLow = Number.POSITIVE_INFINITY;
  #highest = Number.NaN;
  #lowest = Number.NaN;

  /** @throws RangeError when `window` is not a whole number of at least 1. */
  constructor(window: number) {
    assertWholeNumber('window', window, 1);
    this.window = window;
    this.#highs = new Float64Array(window).fill(Number.NaN);
    this.#lows = new Float64Array(window).fill(Number.NaN);
  }

  /** Highest high of the last `window` candles; NaN before there are that many. */
  get highest(): number {
    return this.#highest;
  }

  /** Lowest low of the last `window` candles; NaN before there are that many. */
  get lowest(): number {
    return this.#lowest;
  }

  /** Takes the next candle's extremes; finite. */
  push(high: number, low: number): void {
    const at = this.#at;
    this.#highs[at] = high;
    this.#lows[at] = low;
    const next = at + 1;
    if (next === this.window) {
      this.#closeBlock();
      return;
    }
    this.#at = next;
    const blockHigh = high > this.#blockHigh ? high : this.#blockHigh;
    const blockLow = low < this.#blockLow ? low : this.#blockLow;
    this.#blockHigh = blockHigh;
    this.#blockLow = blockLow;
    // The NaN of a first block, which has none before it, is never exceeded and stays.
    const before = this.#highs[next] ?? Number.NaN;
    const below = this.#lows[next] ?? Number.NaN;
    this.#highest = blockHigh > before ? blockHigh : before;
    this.#lowest = blockLow < below ? blockLow : below;
  }

  #closeBlock(): void {
    const highs = this.#highs;
    const lows = this.#lows;
    let highest = Number.NEGATIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (let at = this.window - 1; at >= 0; at -= 1) {
      const high = highs[at] ?? Number.NaN;
      const low = lows[at] ?? Number.NaN;
      if (high > highest) highest = high;
      if (low < lowest) lowest = low;
      highs[at] = highest;
      lows[at] = lowest;
    }
    this.#at = 0;
    this.#blockHigh = Number.NEGATIVE_INFINITY;
    this.#blockLow = Number.POSITIVE_INFINITY;
    this.#highest = highest;
    this.#lowest = lowest;
  }
}
