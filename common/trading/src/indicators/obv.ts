import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { defineIndicator } from './define-indicator.js';
import { outputOf, overCandles, type OneOutput } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';

/**
 * On-balance volume, in base currency: the volume of candles that closed higher than the one before, less that of those
 * that closed lower. 0 at the first candle, so its level depends on where the series begins; only its changes mean
 * something. Warm at once. Compensated summation: no drift over any number of candles.
 *
 * @source J. E. Granville, "New Key to Stock Market Profits" (1963); the sum is W. Kahan's (1965).
 */
export class Obv implements OneOutput<Candle, CandleColumns> {
  #lastClose = Number.NaN;
  #sum = 0;
  #excess = 0;

  push({ close, volume }: Candle): number {
    return this.#step(close, volume);
  }

  over({ close, volume }: CandleColumns, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      results[row - from] = this.#step(close[row] ?? Number.NaN, volume[row] ?? Number.NaN);
    }
  }

  #step(close: number, volume: number): number {
    const last = this.#lastClose;
    this.#lastClose = close;
    if (close > last) return this.#add(volume);
    if (close < last) return this.#add(-volume);
    return this.#sum;
  }

  #add(volume: number): number {
    const term = volume - this.#excess;
    const sum = this.#sum + term;
    this.#excess = sum - this.#sum - term;
    this.#sum = sum;
    return sum;
  }
}

/** On-balance volume of all candles, from 0 at the first. */
export function obv(columns: CandleColumns): Float64Array {
  return overCandles(new Obv(), columns);
}

/** `obv` in YAML. */
export const OBV = defineIndicator({
  name: 'obv',
  describe: 'On-balance volume: volume of rising candles less that of falling ones, 0 at the first candle.',
  input: 'candle',
  parameters: {},
  outputs: ['value'],
  warmup: () => 1,
  start: () => candleRun(new Obv()),
});
