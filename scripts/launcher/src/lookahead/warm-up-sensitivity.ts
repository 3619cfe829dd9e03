import type { Candle } from '@octant/trading/market/candle';
import { findDifference, streamedSignals, type SignalSource } from './signal-run.js';

/** What became of the signals of a strategy that was started later. */
export interface LateStart {
  /** Candles that it did not see. */
  readonly later: number;
  /** Candles after its start whose signal is another one than that of the run from the first candle. */
  readonly differing: number;
  /** Candles after its start from which on all signals agree to the last bit; null when not before the end. */
  readonly agreesAfter: number | null;
  /** The same, confidence left out: the side alone. */
  readonly sidesAgreeAfter: number | null;
}

const STARTS = [1, 7, 53, 199, 500] as const;

/**
 * Starts the strategy some candles later and says after how many candles its signals are those of the run from the first
 * candle. Indicators with a window agree after their warm-up; those with a memory (an EMA) come closer and closer, which
 * this shows.
 */
export function warmUpSensitivity(source: SignalSource, candles: readonly Candle[]): readonly LateStart[] {
  const whole = streamedSignals(source, candles);
  return STARTS.filter((later) => later < candles.length / 2).map((later) => {
    const late = streamedSignals(source, candles.slice(later));
    let differing = 0;
    let lastDiffering = later - 1;
    let lastOtherSide = later - 1;
    for (let index = later; index < candles.length; index += 1) {
      if (whole.side[index] !== late.side[index - later]) lastOtherSide = index;
      if (findDifference([whole, late], { from: index, to: index + 1, offset: later }) === undefined) continue;
      differing += 1;
      lastDiffering = index;
    }
    const after = (last: number): number | null => (last === candles.length - 1 ? null : last + 1 - later);
    return { later, differing, agreesAfter: after(lastDiffering), sidesAgreeAfter: after(lastOtherSide) };
  });
}
