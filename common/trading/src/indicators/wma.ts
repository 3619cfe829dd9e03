import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { assertWholeNumber } from './whole-number.js';

/**
 * Linearly weighted moving average: weights 1 (oldest) to `window` (newest). Warm after `window` values; O(1) amortised
 * a value, without drift: the window is joined from two runs as in `RollingMean`, equal values give exactly that value.
 * A value that is not finite is skipped (NaN there).
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 * @source J. J. Murphy, "Technical Analysis of the Financial Markets" (1999), chapter 9.
 */
export class Wma implements ValueIndicator {
  readonly #window: number;
  readonly #weights: number;
  /** From the current position on: weighted sums of the previous block's tails; before it: the current block's values. */
  readonly #block: Float64Array;
  #at = 0;
  #anchor = 0;
  #sum = 0;
  #weighted = 0;

  constructor(window: number) {
    assertWholeNumber('window', window, 1);
    this.#window = window;
    this.#weights = (window * (window + 1)) / 2;
    this.#block = new Float64Array(window).fill(Number.NaN);
  }

  push(value: number): number {
    if (!Number.isFinite(value)) return Number.NaN;
    const block = this.#block;
    const at = this.#at;
    block[at] = value;
    const next = at + 1;
    if (next === this.#window) return this.#closeBlock(value);
    this.#at = next;
    const distance = value - this.#anchor;
    this.#sum += distance;
    this.#weighted += next * distance;
    // The tail of the previous block has the weights 1 to window - next, the current block those after them.
    const weighted = (block[next] ?? Number.NaN) + (this.#window - next) * this.#sum + this.#weighted;
    return this.#anchor + weighted / this.#weights;
  }

  #closeBlock(anchor: number): number {
    const block = this.#block;
    let sum = 0;
    let weighted = 0;
    for (let at = this.#window - 1; at >= 0; at -= 1) {
      // Each step to the left raises the weight of all that is right of it by one.
      sum += (block[at] ?? Number.NaN) - anchor;
      weighted += sum;
      block[at] = weighted;
    }
    this.#at = 0;
    this.#anchor = anchor;
    this.#sum = 0;
    this.#weighted = 0;
    return anchor + weighted / this.#weights;
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) results[row - from] = this.push(values[row] ?? Number.NaN);
  }
}

/** Weighted moving average of a whole series; the first `window - 1` results are NaN. */
export function wma(values: Float64Array, window: number): Float64Array {
  return overSeries(new Wma(window), values);
}

/** `wma` in YAML. */
export const WMA = defineIndicator({
  name: 'wma',
  describe: 'Moving average with weights that rise linearly to the newest value.',
  input: 'value',
  parameters: { window: windowParameter('Values that are averaged.', 20) },
  outputs: ['value'],
  warmup: ({ window }) => window,
  start: ({ window }) => valueRun(new Wma(window)),
});
