import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overCandles, type OneOutput } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';
import { assertWholeNumber } from './whole-number.js';

/**
 * Volume-weighted average of the typical prices, (high + low + close) / 3, of the last `window` candles. Where none of
 * them has volume it is the newest typical price. Warm after `window` candles; O(1) amortised a candle, without drift: the
 * window is joined from two runs as in `RollingMean`, equal typical prices give exactly that price.
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 */
export class RollingVwap implements OneOutput<Candle, CandleColumns> {
  readonly #window: number;
  /** From the current position on: sums from the right of the previous block; before it: the current block's candles. */
  readonly #worths: Float64Array;
  readonly #volumes: Float64Array;
  #at = 0;
  #anchor = 0;
  #worth = 0;
  #volume = 0;

  constructor(window: number) {
    assertWholeNumber('window', window, 1);
    this.#window = window;
    this.#worths = new Float64Array(window).fill(Number.NaN);
    this.#volumes = new Float64Array(window).fill(Number.NaN);
  }

  push({ high, low, close, volume }: Candle): number {
    return this.#step((high + low + close) / 3, volume);
  }

  over({ high, low, close, volume }: CandleColumns, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      const sum = (high[row] ?? Number.NaN) + (low[row] ?? Number.NaN) + (close[row] ?? Number.NaN);
      results[row - from] = this.#step(sum / 3, volume[row] ?? Number.NaN);
    }
  }

  #step(price: number, volume: number): number {
    const at = this.#at;
    // While a block grows it holds prices; its end turns them into distances times volume from the new anchor.
    this.#worths[at] = price;
    this.#volumes[at] = volume;
    const next = at + 1;
    if (next === this.#window) return this.#closeBlock(price);
    this.#at = next;
    this.#worth += (price - this.#anchor) * volume;
    this.#volume += volume;
    const traded = (this.#volumes[next] ?? Number.NaN) + this.#volume;
    const worth = (this.#worths[next] ?? Number.NaN) + this.#worth;
    return traded === 0 ? price : this.#anchor + worth / traded;
  }

  #closeBlock(anchor: number): number {
    let worth = 0;
    let traded = 0;
    for (let at = this.#window - 1; at >= 0; at -= 1) {
      const volume = this.#volumes[at] ?? Number.NaN;
      worth += ((this.#worths[at] ?? Number.NaN) - anchor) * volume;
      traded += volume;
      this.#worths[at] = worth;
      this.#volumes[at] = traded;
    }
    this.#at = 0;
    this.#anchor = anchor;
    this.#worth = 0;
    this.#volume = 0;
    return traded === 0 ? anchor : anchor + worth / traded;
  }
}

/** Rolling VWAP of all candles; the first `window - 1` results are NaN. */
export function rollingVwap(columns: CandleColumns, window: number): Float64Array {
  return overCandles(new RollingVwap(window), columns);
}

/** `rolling_vwap` in YAML. */
export const ROLLING_VWAP = defineIndicator({
  name: 'rolling_vwap',
  describe: 'Volume-weighted average price of the last candles.',
  input: 'candle',
  parameters: { window: windowParameter('Candles that are averaged.', 20) },
  outputs: ['value'],
  warmup: ({ window }) => window,
  start: ({ window }) => candleRun(new RollingVwap(window)),
});
