import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overBands, type Bands, type ManyOutputs } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';
import { RollingRange } from './rolling-range.js';

/**
 * Donchian channel: highest high and lowest low of the last `window` candles, the newest included, and their mean. A
 * close is therefore never above the upper line of its own candle: a breakout compares with the line one candle before.
 * `values`: middle, upper, lower. Warm after `window` candles.
 *
 * @throws RangeError when `window` is not a whole number of at least 1.
 * @source R. D. Donchian's four-week rule; C. M. Faith, "Way of the Turtle" (2007), has the 20-day form.
 */
export class Donchian implements ManyOutputs<Candle, CandleColumns> {
  readonly values = new Float64Array(3).fill(Number.NaN);
  readonly #range: RollingRange;

  constructor(window: number) {
    this.#range = new RollingRange(window);
  }

  push({ high, low }: Candle): void {
    const range = this.#range;
    range.push(high, low);
    this.values[0] = (range.highest + range.lowest) / 2;
    this.values[1] = range.highest;
    this.values[2] = range.lowest;
  }

  over({ high, low }: CandleColumns, target: IndicatorTarget): void {
    const middles = outputOf(target, 0);
    const uppers = outputOf(target, 1);
    const lowers = outputOf(target, 2);
    const { from, to } = target;
    const range = this.#range;
    for (let row = from; row < to; row += 1) {
      range.push(high[row] ?? Number.NaN, low[row] ?? Number.NaN);
      middles[row - from] = (range.highest + range.lowest) / 2;
      uppers[row - from] = range.highest;
      lowers[row - from] = range.lowest;
    }
  }
}

/** Donchian channel of all candles; the first `window - 1` rows are NaN. */
export function donchian(columns: CandleColumns, window: number): Bands {
  return overBands(new Donchian(window), columns, columns.length);
}

/** `donchian` in YAML. */
export const DONCHIAN = defineIndicator({
  name: 'donchian',
  describe: 'Highest high and lowest low of the last candles, the newest included, and their mean.',
  input: 'candle',
  parameters: { window: windowParameter('Candles looked at.', 20) },
  outputs: ['middle', 'upper', 'lower'],
  warmup: ({ window }) => window,
  start: ({ window }) => candleRun(new Donchian(window)),
});
