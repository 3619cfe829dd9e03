import { Atr } from '../indicators/atr.js';
import { RollingRange } from '../indicators/rolling-range.js';
import type { CandleColumns } from '../market/candle-columns.js';
import { assertParameters, parameterOf } from './parameter-spec.js';
import { RUN_CANDLES, startScored, type ScoreRun } from './scored-run.js';
import type { Strategy } from './strategy.js';
import { thresholdParameters } from './threshold-parameters.js';

/**
 * Buys what leaves its range upwards and sells what leaves a shorter one downwards.
 *
 * Entry score = (close - highest high of the `lookback` candles before) / ATR, exit score = (close - lowest low of the
 * half as many candles before, rounded up) / ATR, ATR over `lookback` candles, this one included. Buys while the entry
 * score >= entry_threshold, sells while the exit score <= exit_threshold (the entry wins when both hold): with 0 and 0 the
 * close has to reach the channel, with 0.5 and -0.5 it has to be half an ATR beyond it. No signal in the first `lookback`
 * candles, nor while the ATR is 0.
 *
 * @source R. D. Donchian's channel with the turtles' halved exit (20 days in, 10 days out): C. M. Faith, "Way of the
 * Turtle" (2007), chapter 10 and appendix; the distance in ATRs is our filter.
 */
export const breakout: Strategy = {
  kind: 'breakout',
  describe: 'Buys when the close breaks out of the channel of the candles before, sells below a channel half as long.',
  parameters: thresholdParameters('average true ranges beyond the channel'),
  warmup: (parameters) => parameterOf(parameters, 'lookback') + 1,
  start(parameters) {
    assertParameters(breakout.parameters, parameters);
    return startScored(new BreakoutScore(parameterOf(parameters, 'lookback')), parameters);
  },
};

class BreakoutScore implements ScoreRun {
  readonly entry = new Float64Array(RUN_CANDLES);
  readonly exit = new Float64Array(RUN_CANDLES);
  readonly #long: RollingRange;
  readonly #short: RollingRange;
  readonly #range: Atr;

  constructor(lookback: number) {
    this.#long = new RollingRange(lookback);
    this.#short = new RollingRange(Math.ceil(lookback / 2));
    this.#range = new Atr(lookback);
  }

  over({ high: highs, low: lows, close: closes }: CandleColumns, from: number, to: number): void {
    const { entry, exit } = this;
    const long = this.#long;
    const short = this.#short;
    const range = this.#range;
    for (let row = from; row < to; row += 1) {
      const high = highs[row] ?? Number.NaN;
      const low = lows[row] ?? Number.NaN;
      const close = closes[row] ?? Number.NaN;
      const highest = long.highest;
      // Both come with the longer channel: nobody may sell before anybody may buy.
      const lowest = highest > 0 ? short.lowest : Number.NaN;
      long.push(high, low);
      short.push(high, low);
      const atr = range.step(high, low, close);
      const unit = atr > 0 ? atr : Number.NaN;
      entry[row - from] = (close - highest) / unit;
      exit[row - from] = (close - lowest) / unit;
    }
  }
}
