/** A run of open times on the grid that have no candle. */
export interface CandleGap {
  /** Open time of the candle before it, or the edge; exclusive, epoch ms. */
  readonly afterMs: number;
  /** Open time of the candle after it, or the edge; exclusive, epoch ms. */
  readonly beforeMs: number;
  /** Candles that are not there, 1 or more. */
  readonly count: number;
}

export interface GapSearch {
  /** Length of a candle. */
  readonly stepMs: number;
  /** Open time of the candle before the first one; left out, the first one begins the series and nothing is missing before it. */
  readonly afterMs?: number | undefined;
  /** Open time that follows the last one wanted; left out, the series ends with its last candle. */
  readonly beforeMs?: number | undefined;
}

/**
 * Finds the open times without a candle, oldest first; empty when none is missing or nothing says where the series begins.
 * `openTimesMs` is rising and on the grid of `stepMs`, and so are the edges.
 */
export function findGaps(openTimesMs: readonly number[], search: GapSearch): CandleGap[] {
  const { stepMs, beforeMs } = search;
  const gaps: CandleGap[] = [];
  let previousMs = search.afterMs;
  for (const openTimeMs of beforeMs === undefined ? openTimesMs : [...openTimesMs, beforeMs]) {
    const count = previousMs === undefined ? 0 : Math.floor((openTimeMs - previousMs) / stepMs) - 1;
    if (previousMs !== undefined && count > 0) gaps.push({ afterMs: previousMs, beforeMs: openTimeMs, count });
    previousMs = openTimeMs;
  }
  return gaps;
}
