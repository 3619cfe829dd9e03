import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { defineIndicator } from './define-indicator.js';
import { outputOf, overCandles, type OneOutput } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';
import { RollingMean } from './rolling-mean.js';

/** Lambert's scale: about three quarters of the values are then within -100 and 100. */
const SCALE = 0.015;

/**
 * Commodity channel index: the typical price, (high + low + close) / 3, less its simple average over `window` candles, in
 * units of 0.015 mean absolute deviations from that average; 0 over a flat window. Warm after `window` candles. O(window)
 * a candle: the mean absolute deviation moves with the average and has no running form.
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 * @source D. R. Lambert, "Commodity Channel Index", Commodities 9 (1980).
 */
export class Cci implements OneOutput<Candle, CandleColumns> {
  readonly #mean: RollingMean;
  readonly #prices: Float64Array;
  #at = 0;

  constructor(window: number) {
    this.#mean = new RollingMean(window);
    this.#prices = new Float64Array(window);
  }

  push({ high, low, close }: Candle): number {
    return this.#step((high + low + close) / 3);
  }

  over({ high, low, close }: CandleColumns, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      const sum = (high[row] ?? Number.NaN) + (low[row] ?? Number.NaN) + (close[row] ?? Number.NaN);
      results[row - from] = this.#step(sum / 3);
    }
  }

  #step(price: number): number {
    const prices = this.#prices;
    prices[this.#at] = price;
    this.#at = this.#at + 1 === prices.length ? 0 : this.#at + 1;
    const mean = this.#mean.push(price);
    if (Number.isNaN(mean)) return Number.NaN;
    const distances = sumOfDistances(prices, mean);
    return distances === 0 ? 0 : (price - mean) / (SCALE * (distances / prices.length));
  }
}

/** Four sums side by side: one alone would wait for each addition before it begins the next. */
function sumOfDistances(values: Float64Array, mean: number): number {
  const { length } = values;
  const paired = length - (length % 4);
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let index = 0; index < paired; index += 4) {
    first += Math.abs((values[index] ?? 0) - mean);
    second += Math.abs((values[index + 1] ?? 0) - mean);
    third += Math.abs((values[index + 2] ?? 0) - mean);
    fourth += Math.abs((values[index + 3] ?? 0) - mean);
  }
  for (let index = paired; index < length; index += 1) first += Math.abs((values[index] ?? 0) - mean);
  return first + second + (third + fourth);
}

/** CCI of all candles; the first `window - 1` results are NaN. */
export function cci(columns: CandleColumns, window: number): Float64Array {
  return overCandles(new Cci(window), columns);
}

/** `cci` in YAML. */
export const CCI = defineIndicator({
  name: 'cci',
  describe: 'Commodity channel index: distance of the typical price from its average in mean absolute deviations.',
  input: 'candle',
  parameters: { window: { describe: 'Candles of the average.', whole: true, min: 1, max: 10_000, default: 20 } },
  outputs: ['value'],
  warmup: ({ window }) => window,
  start: ({ window }) => candleRun(new Cci(window)),
});
