import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { Atr } from './atr.js';
import { defineIndicator, windowParameter } from './define-indicator.js';
import { ExponentialAverage } from './exponential-average.js';
import { outputOf, overBands, type Bands, type ManyOutputs } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { candleRun } from './indicator-run.js';
import { assertWholeNumber } from './whole-number.js';

/** Numbers of a Keltner channel: spans in candles, and how many ATRs the lines are from the middle. */
export interface KeltnerParameters {
  readonly window: number;
  readonly atrWindow: number;
  readonly multiplier: number;
}

/**
 * Keltner channel: the EMA of the closes over `window`, and lines `multiplier` average true ranges (Wilder's, over
 * `atrWindow`) above and below it. `values`: middle, upper, lower. Warm after max(window, atrWindow) candles.
 *
 * @throws RangeError when a span is not a whole number of at least 1, or `multiplier` is not a number of at least 0.
 * @source L. Bradford Raschke's form, as StockCharts ChartSchool, "Keltner Channels", has it (20, 10, 2); C. Keltner's own
 * of 1960 averages typical prices and plain ranges over 10 days.
 */
export class Keltner implements ManyOutputs<Candle, CandleColumns> {
  readonly values = new Float64Array(3).fill(Number.NaN);
  readonly #average: ExponentialAverage;
  readonly #atr: Atr;
  readonly #multiplier: number;
  #middle = Number.NaN;
  #reach = Number.NaN;

  constructor({ window, atrWindow, multiplier }: KeltnerParameters) {
    assertWholeNumber('atrWindow', atrWindow, 1);
    if (!(multiplier >= 0 && Number.isFinite(multiplier))) {
      throw new RangeError(`multiplier: expected a number of at least 0, was ${String(multiplier)}`);
    }
    this.#average = new ExponentialAverage(window, 2 / (window + 1));
    this.#atr = new Atr(atrWindow);
    this.#multiplier = multiplier;
  }

  push({ high, low, close }: Candle): void {
    this.#step(high, low, close);
    this.values[0] = this.#middle;
    this.values[1] = this.#middle + this.#reach;
    this.values[2] = this.#middle - this.#reach;
  }

  over({ high, low, close }: CandleColumns, target: IndicatorTarget): void {
    const middles = outputOf(target, 0);
    const uppers = outputOf(target, 1);
    const lowers = outputOf(target, 2);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      this.#step(high[row] ?? Number.NaN, low[row] ?? Number.NaN, close[row] ?? Number.NaN);
      middles[row - from] = this.#middle;
      uppers[row - from] = this.#middle + this.#reach;
      lowers[row - from] = this.#middle - this.#reach;
    }
  }

  #step(high: number, low: number, close: number): void {
    const middle = this.#average.push(close);
    this.#reach = this.#multiplier * this.#atr.step(high, low, close);
    this.#middle = Number.isNaN(this.#reach) ? Number.NaN : middle;
  }
}

/** Keltner channel of all candles; the first max(window, atrWindow) - 1 rows are NaN. */
export function keltner(columns: CandleColumns, parameters: KeltnerParameters): Bands {
  return overBands(new Keltner(parameters), columns, columns.length);
}

/** `keltner` in YAML. */
export const KELTNER = defineIndicator({
  name: 'keltner',
  describe: 'EMA of the closes with lines some average true ranges above and below it.',
  input: 'candle',
  parameters: {
    window: windowParameter('Span of the EMA.', 20),
    atr_window: windowParameter('Candles of the average true range.', 10),
    multiplier: { describe: 'Ranges from the middle to a line.', whole: false, min: 0, max: 100, default: 2 },
  },
  outputs: ['middle', 'upper', 'lower'],
  warmup: ({ window, atr_window }) => Math.max(window, atr_window),
  start: ({ window, atr_window, multiplier }) => candleRun(new Keltner({ window, atrWindow: atr_window, multiplier })),
});
