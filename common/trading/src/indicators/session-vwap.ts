import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { defineIndicator } from './define-indicator.js';
import { outputOf, overCandles, type OneOutput } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';

const DAY_MS = 86_400_000;

/**
 * Volume-weighted average price of the UTC day: typical prices, (high + low + close) / 3, weighted with their volumes,
 * over the candles that opened since 00:00 UTC, the newest included. While the day has no volume it is the newest typical
 * price. Warm at once. Never outside the day's typical prices but for a rounding.
 *
 * @source the running weighted mean: D. H. D. West, "Updating mean and variance estimates: an improved method",
 * Communications of the ACM 22 (1979).
 */
export class SessionVwap implements OneOutput<Candle, CandleColumns> {
  #day = Number.NaN;
  #volume = 0;
  #mean = 0;

  push({ openTimeMs, high, low, close, volume }: Candle): number {
    return this.#step(Math.floor(openTimeMs / DAY_MS), (high + low + close) / 3, volume);
  }

  over({ openTimeMs, high, low, close, volume }: CandleColumns, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      const day = Math.floor((openTimeMs[row] ?? Number.NaN) / DAY_MS);
      const sum = (high[row] ?? Number.NaN) + (low[row] ?? Number.NaN) + (close[row] ?? Number.NaN);
      results[row - from] = this.#step(day, sum / 3, volume[row] ?? Number.NaN);
    }
  }

  #step(day: number, price: number, volume: number): number {
    if (day !== this.#day) {
      this.#day = day;
      this.#volume = 0;
    }
    this.#volume += volume;
    // The first volume of a day has all the weight; without any, the newest price stands for it.
    const weight = this.#volume === volume ? 1 : volume / this.#volume;
    this.#mean = weight === 1 ? price : this.#mean + (price - this.#mean) * weight;
    return this.#mean;
  }
}

/** VWAP of the UTC day at each of all candles. */
export function sessionVwap(columns: CandleColumns): Float64Array {
  return overCandles(new SessionVwap(), columns);
}

/** `vwap` in YAML. */
export const VWAP = defineIndicator({
  name: 'vwap',
  describe: 'Volume-weighted average price since 00:00 UTC.',
  input: 'candle',
  parameters: {},
  outputs: ['value'],
  warmup: () => 1,
  start: () => candleRun(new SessionVwap()),
});
