import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overSeries, type ValueIndicator } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { LogReturn } from './log-return.js';
import { RollingMean } from './rolling-mean.js';

/**
 * Realised volatility: root of the mean squared log return of the last `window` steps, scaled to `periods` steps by
 * sqrt(periods). As a ratio: 0.02 is 2 %. 1 period is one candle; `periods` = `window` gives the root of the summed
 * squares; 525,600 annualises one-minute candles. The mean return is not taken off. Warm after `window + 1` values; a
 * value that is not finite, or a step with a value not above 0, is skipped (NaN there).
 *
 * @throws RangeError when `window` is not a whole number of at least 1, or `periods` is not above 0.
 * @source T. G. Andersen, T. Bollerslev, F. X. Diebold, P. Labys, "Modeling and Forecasting Realized Volatility",
 * Econometrica 71 (2003).
 */
export class RealisedVolatility implements ValueIndicator {
  readonly #step = new LogReturn(1);
  readonly #meanSquare: RollingMean;
  readonly #periods: number;

  constructor(window: number, periods: number) {
    if (!(periods > 0 && Number.isFinite(periods))) {
      throw new RangeError(`periods: expected a number above 0, was ${String(periods)}`);
    }
    this.#meanSquare = new RollingMean(window);
    this.#periods = periods;
  }

  push(value: number): number {
    const step = this.#step.push(value);
    return Number.isNaN(step) ? Number.NaN : Math.sqrt(this.#meanSquare.push(step * step) * this.#periods);
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const results = outputOf(target, 0);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) results[row - from] = this.push(values[row] ?? Number.NaN);
  }
}

/** Realised volatility of a whole series; the first `window` results are NaN. */
export function realisedVolatility(values: Float64Array, window: number, periods: number): Float64Array {
  return overSeries(new RealisedVolatility(window, periods), values);
}

/** `realised_volatility` in YAML. */
export const REALISED_VOLATILITY = defineIndicator({
  name: 'realised_volatility',
  describe: 'Root of the mean squared log return, as a ratio, scaled to a number of candles.',
  input: 'value',
  parameters: {
    window: windowParameter('Log returns looked at.', 20),
    periods: {
      describe: 'Candles that the figure is scaled to: 1 a candle, 365 a year of daily candles.',
      whole: false,
      min: 1,
      max: 10_000_000,
      default: 1,
    },
  },
  outputs: ['value'],
  warmup: ({ window }) => window + 1,
  start: ({ window, periods }) => valueRun(new RealisedVolatility(window, periods)),
});
