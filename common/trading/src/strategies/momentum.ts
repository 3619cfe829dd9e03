import { RollingMoments } from '../indicators/rolling-moments.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { assertParameters, parameterOf } from './parameter-spec.js';
import { RUN_CANDLES, startScored, type ScoreRun } from './scored-run.js';
import type { Strategy } from './strategy.js';
import { thresholdParameters } from './threshold-parameters.js';

/**
 * Follows a trend that is strong for its noise.
 *
 * score = log(close / close `lookback` candles ago) / (s * sqrt(lookback)), s the sample deviation of the last
 * `lookback` one-candle log returns: the number of standard errors that the drift is away from 0. Buys while
 * score >= entry_threshold, sells while score <= exit_threshold (the entry wins when both hold). No signal in the first
 * `lookback` candles, nor when s is 0.
 *
 * @source the t-statistic form of time-series momentum; compare T. Moskowitz, Y. H. Ooi, L. H. Pedersen, "Time Series
 * Momentum", Journal of Financial Economics 104 (2012), which scales past returns by their volatility.
 */
export const momentum: Strategy = {
  kind: 'momentum',
  describe: 'Buys when the return over the lookback is large for its noise, sells when it fades.',
  parameters: thresholdParameters('standard errors of the drift'),
  warmup: (parameters) => parameterOf(parameters, 'lookback') + 1,
  start(parameters) {
    assertParameters(momentum.parameters, parameters);
    return startScored(new MomentumScore(parameterOf(parameters, 'lookback')), parameters);
  },
};

class MomentumScore implements ScoreRun {
  readonly entry = new Float64Array(RUN_CANDLES);
  readonly exit = this.entry;
  readonly #lookback: number;
  /** The last `lookback` closes, the oldest at `#oldest`; NaN where there was none. */
  readonly #closes: Float64Array;
  readonly #noise: RollingMoments;
  #oldest = 0;
  #previous = Number.NaN;

  constructor(lookback: number) {
    this.#lookback = lookback;
    this.#closes = new Float64Array(lookback).fill(Number.NaN);
    this.#noise = new RollingMoments(lookback);
  }

  over({ close: column }: CandleColumns, from: number, to: number): void {
    const scores = this.entry;
    const closes = this.#closes;
    const noise = this.#noise;
    const lookback = this.#lookback;
    const scale = Math.sqrt(lookback);
    let oldest = this.#oldest;
    let previous = this.#previous;
    for (let row = from; row < to; row += 1) {
      const close = column[row] ?? Number.NaN;
      const earlier = closes[oldest] ?? Number.NaN;
      closes[oldest] = close;
      oldest = oldest + 1 === lookback ? 0 : oldest + 1;
      let score = Number.NaN;
      // The first candle has no return; what comes later has one, NaN included.
      if (!Number.isNaN(previous)) {
        noise.push(logRatio(close, previous));
        if (!Number.isNaN(earlier)) {
          const deviation = Math.sqrt(noise.squares / (lookback - 1));
          if (deviation > 0) score = logRatio(close, earlier) / (deviation * scale);
        }
      }
      previous = close;
      scores[row - from] = score;
    }
    this.#oldest = oldest;
    this.#previous = previous;
  }
}

function logRatio(value: number, earlier: number): number {
  return value > 0 && earlier > 0 ? Math.log(value / earlier) : Number.NaN;
}
