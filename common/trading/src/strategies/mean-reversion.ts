import { RollingMoments } from '../indicators/rolling-moments.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { assertParameters, parameterOf } from './parameter-spec.js';
import { RUN_CANDLES, startScored, type ScoreRun } from './scored-run.js';
import type { Strategy } from './strategy.js';
import { thresholdParameters } from './threshold-parameters.js';

/**
 * Buys what fell far below its average and sells it on the way back.
 *
 * z = (close - mean) / s over the last `lookback` closes, this one included, s their sample deviation. Buys while
 * z <= -entry_threshold, sells while z >= -exit_threshold (the entry wins when both hold): the score is -z. No signal in
 * the first `lookback - 1` candles, nor when s is 0. |z| cannot exceed (lookback - 1) / sqrt(lookback): a threshold above
 * that never fires.
 *
 * @source the z-score rule of E. P. Chan, "Algorithmic Trading" (2013), chapter 2; the bound is P. A. Samuelson, "How
 * Deviant Can You Be?" (1968).
 */
export const meanReversion: Strategy = {
  kind: 'mean_reversion',
  describe: 'Buys when the close is far below its moving average, sells when it has come back.',
  parameters: thresholdParameters('deviations below the mean'),
  warmup: (parameters) => parameterOf(parameters, 'lookback'),
  start(parameters) {
    assertParameters(meanReversion.parameters, parameters);
    return startScored(new DipScore(parameterOf(parameters, 'lookback')), parameters);
  },
};

class DipScore implements ScoreRun {
  readonly entry = new Float64Array(RUN_CANDLES);
  readonly exit = this.entry;
  readonly #moments: RollingMoments;

  constructor(lookback: number) {
    this.#moments = new RollingMoments(lookback);
  }

  over({ close: column }: CandleColumns, from: number, to: number): void {
    const scores = this.entry;
    const moments = this.#moments;
    const divisor = moments.window - 1;
    for (let row = from; row < to; row += 1) {
      const close = column[row] ?? Number.NaN;
      moments.push(close);
      const known = moments.ready && moments.squares !== 0;
      scores[row - from] = known ? -((close - moments.mean) / Math.sqrt(moments.squares / divisor)) : Number.NaN;
    }
  }
}
