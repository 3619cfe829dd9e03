import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { Atr } from './atr.js';
import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, type ManyOutputs } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';

/** Outputs of a Supertrend over all candles, each as long as the columns; NaN where there is no value. */
export interface SupertrendSeries {
  readonly value: Float64Array;
  /** 1 in a rising trend, -1 in a falling one. */
  readonly direction: Float64Array;
}

/**
 * Supertrend: a line that trails the price at `multiplier` average true ranges (Wilder's, over `window`) from the middle
 * of each candle, and never steps back towards where the trend came from until a close crosses it.
 *
 * The upper line falls, or starts anew after a close above it; the lower one rises, or starts anew after a close below it.
 * A rising trend ends with a close below the lower line, a falling one with a close above the upper line; `value` is the
 * lower line in a rising trend, the upper one in a falling. `values`: value, direction (1 rising, -1 falling). Warm after
 * `window` candles, falling unless the first close is above the upper line.
 *
 * @throws RangeError when `window` is not a whole number of at least 1, or `multiplier` is not a number of at least 0.
 * @source O. Seban's Supertrend as TradingView's `ta.supertrend` documents it (10, 3), which also begins falling.
 */
export class Supertrend implements ManyOutputs<Candle, CandleColumns> {
  readonly values = new Float64Array(2).fill(Number.NaN);
  readonly #atr: Atr;
  readonly #multiplier: number;
  #lastClose = Number.NaN;
  #upper = Number.NaN;
  #lower = Number.NaN;
  #value = Number.NaN;
  #direction = Number.NaN;

  constructor(window: number, multiplier: number) {
    if (!(multiplier >= 0 && Number.isFinite(multiplier))) {
      throw new RangeError(`multiplier: expected a number of at least 0, was ${String(multiplier)}`);
    }
    this.#atr = new Atr(window);
    this.#multiplier = multiplier;
  }

  push({ high, low, close }: Candle): void {
    this.#step(high, low, close);
    this.values[0] = this.#value;
    this.values[1] = this.#direction;
  }

  over({ high, low, close }: CandleColumns, target: IndicatorTarget): void {
    const lines = outputOf(target, 0);
    const directions = outputOf(target, 1);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      this.#step(high[row] ?? Number.NaN, low[row] ?? Number.NaN, close[row] ?? Number.NaN);
      lines[row - from] = this.#value;
      directions[row - from] = this.#direction;
    }
  }

  #step(high: number, low: number, close: number): void {
    const reach = this.#multiplier * this.#atr.step(high, low, close);
    if (Number.isNaN(reach)) return;
    const middle = (high + low) / 2;
    // Against the NaN of the first lines the comparisons that keep a line are false: both start anew.
    const keepsUpper = this.#upper <= middle + reach && this.#lastClose <= this.#upper;
    const keepsLower = this.#lower >= middle - reach && this.#lastClose >= this.#lower;
    if (!keepsUpper) this.#upper = middle + reach;
    if (!keepsLower) this.#lower = middle - reach;
    this.#lastClose = close;
    const rises = this.#direction === 1 ? close >= this.#lower : close > this.#upper;
    this.#direction = rises ? 1 : -1;
    this.#value = rises ? this.#lower : this.#upper;
  }
}

/** Supertrend of all candles; the first `window - 1` rows are NaN. */
export function supertrend(columns: CandleColumns, window: number, multiplier: number): SupertrendSeries {
  const series = { value: new Float64Array(columns.length), direction: new Float64Array(columns.length) };
  const out = [series.value, series.direction];
  new Supertrend(window, multiplier).over(columns, { from: 0, to: columns.length, out });
  return series;
}

/** `supertrend` in YAML. */
export const SUPERTREND = defineIndicator({
  name: 'supertrend',
  describe: 'Line that trails the price at some average true ranges, with the direction of the trend: 1 or -1.',
  input: 'candle',
  parameters: {
    window: windowParameter('Candles of the average true range.', 10),
    multiplier: {
      describe: 'Ranges from the middle of a candle to the line.',
      whole: false,
      min: 0,
      max: 100,
      default: 3,
    },
  },
  outputs: ['value', 'direction'],
  warmup: ({ window }) => window,
  start: ({ window, multiplier }) => candleRun(new Supertrend(window, multiplier)),
});
