import { LogReturn } from '../indicators/log-return.js';
import { StandardDeviation } from '../indicators/standard-deviation.js';
import type { Candle } from '../market/candle.js';
import { entryConfidence } from './confidence.js';
import { assertParameters, type Strategy, type StrategyParameters, type StrategyRun } from './strategy.js';

/**
 * Follows a trend that is strong for its noise.
 *
 * score = log(close / close `lookback` candles ago) / (s * sqrt(lookback)), s the sample deviation of the last
 * `lookback` one-candle log returns: the number of standard errors that the drift is away from 0. Buy while
 * score >= entryThreshold, sell while score <= exitThreshold (the entry wins when both hold). No signal in the first
 * `lookback` candles, nor when s is 0.
 *
 * @source the t-statistic form of time-series momentum; compare T. Moskowitz, Y. H. Ooi, L. H. Pedersen, "Time Series
 * Momentum", Journal of Financial Economics 104 (2012), which scales past returns by their volatility.
 */
export const momentum: Strategy = {
  kind: 'momentum',
  describe: 'Buys when the return over the lookback is large for its noise, sells when it fades.',
  warmup: (parameters) => parameters.lookback + 1,
  start: (parameters) => {
    assertParameters(parameters);
    return startMomentum(parameters);
  },
};

function startMomentum({ lookback, entryThreshold, exitThreshold }: StrategyParameters): StrategyRun {
  const step = new LogReturn(1);
  const trend = new LogReturn(lookback);
  const noise = new StandardDeviation(lookback, 'sample');
  const scale = Math.sqrt(lookback);
  let first = true;
  return {
    onCandle({ close }: Candle) {
      const total = trend.push(close);
      const oneCandle = step.push(close);
      if (first) {
        first = false;
        return undefined;
      }
      const deviation = noise.push(oneCandle);
      if (!(deviation > 0)) return undefined;
      const score = total / (deviation * scale);
      if (score >= entryThreshold) return { side: 'buy', confidence: entryConfidence(score - entryThreshold) };
      if (score <= exitThreshold) return { side: 'sell', confidence: 1 };
      return undefined;
    },
  };
}
