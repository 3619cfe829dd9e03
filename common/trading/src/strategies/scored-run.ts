import type { Candle } from '../market/candle.js';
import { emptyColumns, type CandleColumns } from '../market/candle-columns.js';
import { entryConfidence } from './confidence.js';
import { setRow } from './one-candle.js';
import { parameterOf, type StrategyParameters } from './parameter-spec.js';
import type { SignalColumns } from './signal-columns.js';
import type { StrategyRun, StrategySignal } from './strategy.js';

/** Candles whose scores are computed at once: few enough to stay in the processor's nearest cache. */
export const RUN_CANDLES = 512;

/** Computes how much speaks for a position, candle by candle. */
export interface ScoreRun {
  /** What the entry threshold is compared with; RUN_CANDLES elements, NaN where there is none. */
  readonly entry: Float64Array;
  /** What the exit threshold is compared with; the same array where it is the same score. */
  readonly exit: Float64Array;
  /**
   * Takes the rows [from, to) of the columns, the next ones in their order and at most RUN_CANDLES, and writes the scores
   * of row `from + i` to element `i`. However the rows are cut into calls, the bits are the same.
   */
  over(columns: CandleColumns, from: number, to: number): void;
}

/**
 * A run that buys while the entry score is at or above `entry_threshold` and sells while the exit score is at or below
 * `exit_threshold`; the entry wins when both hold. A candle alone goes the same way as a million, so that both give the
 * same bits.
 */
export function startScored(scores: ScoreRun, parameters: StrategyParameters): StrategyRun {
  const entryThreshold = parameterOf(parameters, 'entry_threshold');
  const exitThreshold = parameterOf(parameters, 'exit_threshold');
  const { entry, exit } = scores;
  const row = emptyColumns(1);
  return {
    onCandle(candle: Candle): StrategySignal | undefined {
      setRow(row, candle);
      scores.over(row, 0, 1);
      const score = entry[0] ?? Number.NaN;
      if (score >= entryThreshold) return { side: 'buy', confidence: entryConfidence(score - entryThreshold) };
      return (exit[0] ?? Number.NaN) <= exitThreshold ? { side: 'sell', confidence: 1 } : undefined;
    },
    onColumns(columns: CandleColumns, { from, to }: { from: number; to: number }, out: SignalColumns): void {
      const { side, confidence, exits } = out;
      if (exits.size > 0) exits.clear();
      for (let start = from; start < to; start += RUN_CANDLES) {
        const end = Math.min(start + RUN_CANDLES, to);
        scores.over(columns, start, end);
        for (let row = start; row < end; row += 1) {
          const score = entry[row - start] ?? Number.NaN;
          const at = row - from;
          if (score >= entryThreshold) {
            side[at] = 1;
            confidence[at] = entryConfidence(score - entryThreshold);
          } else {
            const sells = (exit[row - start] ?? Number.NaN) <= exitThreshold;
            side[at] = sells ? -1 : 0;
            confidence[at] = sells ? 1 : 0;
          }
        }
      }
    },
  };
}
