import { Atr } from '../indicators/atr.js';
import { ExponentialAverage } from '../indicators/exponential-average.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { assertParameters, parameterOf } from './parameter-spec.js';
import { RUN_CANDLES, startScored, type ScoreRun } from './scored-run.js';
import type { Strategy } from './strategy.js';
import { thresholdParameters } from './threshold-parameters.js';

/**
 * Holds while a fast average is above a slow one by enough of the usual movement.
 *
 * score = (EMA over a third of `lookback`, rounded up - EMA over `lookback`) / ATR over `lookback`, all of them with this
 * candle. Buys while score >= entry_threshold, sells while score <= exit_threshold (the entry wins when both hold). No
 * signal in the first `lookback - 1` candles, nor while the ATR is 0.
 *
 * @source the crossover of two exponential averages with spans of 1 to 3, scaled by volatility: J. Baz, N. Granger, C. R.
 * Harvey, N. Le Roux, S. Rattray, "Dissecting Investment Strategies in the Cross Section and Time Series" (2015), which
 * divides by the deviation of prices where we divide by Wilder's average true range.
 */
export const trendFollowing: Strategy = {
  kind: 'trend_following',
  describe: 'Buys while a fast average is well above a slow one, sells when it no longer is.',
  parameters: thresholdParameters('average true ranges between the averages'),
  warmup: (parameters) => parameterOf(parameters, 'lookback'),
  start(parameters) {
    assertParameters(trendFollowing.parameters, parameters);
    return startScored(new TrendScore(parameterOf(parameters, 'lookback')), parameters);
  },
};

class TrendScore implements ScoreRun {
  readonly entry = new Float64Array(RUN_CANDLES);
  readonly exit = this.entry;
  readonly #fast: ExponentialAverage;
  readonly #slow: ExponentialAverage;
  readonly #range: Atr;

  constructor(lookback: number) {
    const short = Math.ceil(lookback / 3);
    this.#fast = new ExponentialAverage(short, 2 / (short + 1));
    this.#slow = new ExponentialAverage(lookback, 2 / (lookback + 1));
    this.#range = new Atr(lookback);
  }

  over({ high: highs, low: lows, close: closes }: CandleColumns, from: number, to: number): void {
    const scores = this.entry;
    const fast = this.#fast;
    const slow = this.#slow;
    const range = this.#range;
    for (let row = from; row < to; row += 1) {
      const close = closes[row] ?? Number.NaN;
      const distance = fast.push(close) - slow.push(close);
      const atr = range.step(highs[row] ?? Number.NaN, lows[row] ?? Number.NaN, close);
      scores[row - from] = atr > 0 ? distance / atr : Number.NaN;
    }
  }
}
