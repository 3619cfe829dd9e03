import { ZScore } from '../indicators/z-score.js';
import type { Candle } from '../market/candle.js';
import { entryConfidence } from './confidence.js';
import { assertParameters, type Strategy, type StrategyParameters, type StrategyRun } from './strategy.js';

/**
 * Buys what fell far below its average and sells it on the way back.
 *
 * z = (close - mean) / s over the last `lookback` closes, this one included, s their sample deviation. Buy while
 * z <= -entryThreshold, sell while z >= -exitThreshold (the entry wins when both hold). No signal in the first
 * `lookback - 1` candles, nor when s is 0. |z| cannot exceed (lookback - 1) / sqrt(lookback): a threshold above that
 * never fires.
 *
 * @source the z-score rule of E. P. Chan, "Algorithmic Trading" (2013), chapter 2; the bound is P. A. Samuelson, "How
 * Deviant Can You Be?" (1968).
 */
export const meanReversion: Strategy = {
  kind: 'mean_reversion',
  describe: 'Buys when the close is far below its moving average, sells when it has come back.',
  warmup: (parameters) => parameters.lookback,
  start: (parameters) => {
    assertParameters(parameters);
    return startMeanReversion(parameters);
  },
};

function startMeanReversion({ lookback, entryThreshold, exitThreshold }: StrategyParameters): StrategyRun {
  const deviation = new ZScore(lookback);
  return {
    onCandle({ close }: Candle) {
      const z = deviation.push(close);
      if (z <= -entryThreshold) return { side: 'buy', confidence: entryConfidence(-z - entryThreshold) };
      if (z >= -exitThreshold) return { side: 'sell', confidence: 1 };
      return undefined;
    },
  };
}
