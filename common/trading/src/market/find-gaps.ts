import type { TimeframeName } from '../messages/envelope.js';
import { timeframeMs } from './timeframe.js';

/** A hole in a run of candles: consecutive open times that the timeframe's grid has and the run has not. */
export interface CandleGap {
  /** First missing open time, epoch ms. */
  readonly fromMs: number;
  /** End of the hole, exclusive: the open time of the next candle that is there, or the end of the range, epoch ms. */
  readonly toMs: number;
  /** Candles missing in it, at least 1. */
  readonly missing: number;
}

export interface GapGrid {
  readonly timeframe: TimeframeName;
  /** First open time that is expected, inclusive; absent: the run's own first one, so that nothing is missing before it. */
  readonly fromMs?: number | undefined;
  /** End of what is expected, exclusive, on open times; absent: right after the run's last one. */
  readonly toMs?: number | undefined;
}

/**
 * Finds the holes of a run of candles against the grid of its timeframe, oldest first; empty when nothing is missing.
 *
 * Open times outside the range do not count; bounds off the grid are rounded up to it. A run without candles is one hole
 * where both bounds are given, and none otherwise.
 *
 * @param openTimesMs ascending open times on the grid, epoch ms; one that is there twice is no hole.
 */
export function findGaps(openTimesMs: ArrayLike<number>, { timeframe, fromMs, toMs }: GapGrid): CandleGap[] {
  const stepMs = timeframeMs(timeframe);
  const endMs = toMs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(toMs / stepMs) * stepMs;
  let expectedMs = fromMs === undefined ? Number.NaN : Math.ceil(fromMs / stepMs) * stepMs;
  const gaps: CandleGap[] = [];
  const add = (gapFromMs: number, gapToMs: number): void => {
    if (gapToMs > gapFromMs) {
      gaps.push({ fromMs: gapFromMs, toMs: gapToMs, missing: (gapToMs - gapFromMs) / stepMs });
    }
  };
  for (let index = 0; index < openTimesMs.length; index += 1) {
    const openTimeMs = openTimesMs[index] ?? Number.NaN;
    if (openTimeMs >= endMs) break;
    if (openTimeMs < expectedMs) continue;
    add(expectedMs, openTimeMs);
    expectedMs = openTimeMs + stepMs;
  }
  if (toMs !== undefined) add(expectedMs, endMs);
  return gaps;
}

/** Candles that are missing in all of the holes together. */
export function countMissing(gaps: readonly CandleGap[]): number {
  return gaps.reduce((sum, { missing }) => sum + missing, 0);
}
