import type { CandleSeries } from '../backtest/candle-steps.js';

/** Candles before `splitMs` train, those from it on test; open times. */
export interface HoldoutSplit {
  readonly train: readonly CandleSeries[];
  readonly splitMs: number;
}

/**
 * Keeps the last `holdoutRatio` of the steps (times at which any symbol has a candle) back. The split is one instant for
 * all symbols, so that no test candle is older than a training candle.
 *
 * @throws RangeError when either part would be empty.
 */
export function splitHoldout(series: readonly CandleSeries[], holdoutRatio: number): HoldoutSplit {
  const times = [...new Set(series.flatMap(({ candles }) => candles.map(({ openTimeMs }) => openTimeMs)))];
  times.sort((a, b) => a - b);
  const kept = Math.floor(times.length * (1 - holdoutRatio));
  const splitMs = times[kept];
  if (splitMs === undefined || kept === 0) {
    const found = `${String(kept)} of ${String(times.length)}`;
    throw new RangeError(
      `holdoutRatio: expected steps on both sides of ${String(holdoutRatio)}, was ${found} to train on`,
    );
  }
  const train = series.map(({ symbol, candles }) => ({
    symbol,
    candles: candles.filter(({ openTimeMs }) => openTimeMs < splitMs),
  }));
  return { train, splitMs };
}
