import type { BacktestSeries } from '../backtest/candle-steps.js';
import { columnsBetween } from '../market/candle-columns.js';

/** Candles before `splitMs` train, those from it on test; open times. */
export interface HoldoutSplit {
  readonly train: readonly BacktestSeries[];
  readonly splitMs: number;
}

/**
 * Keeps the last `holdoutRatio` of the steps (times at which any symbol has a candle) back. The split is one instant for
 * all symbols, so that no test candle is older than a training candle.
 *
 * @throws RangeError when either part would be empty.
 */
export function splitHoldout(series: readonly BacktestSeries[], holdoutRatio: number): HoldoutSplit {
  const times = [...new Set(series.flatMap(openTimesOf))];
  times.sort((a, b) => a - b);
  const kept = Math.floor(times.length * (1 - holdoutRatio));
  const splitMs = times[kept];
  if (splitMs === undefined || kept === 0) {
    const found = `${String(kept)} of ${String(times.length)}`;
    throw new RangeError(
      `holdoutRatio: expected steps on both sides of ${String(holdoutRatio)}, was ${found} to train on`,
    );
  }
  return { train: series.map((one) => before(one, splitMs)), splitMs };
}

/** Open times of a series, in rising order. */
export function openTimesOf(one: BacktestSeries): number[] {
  return 'columns' in one ? [...one.columns.openTimeMs] : one.candles.map(({ openTimeMs }) => openTimeMs);
}

function before(one: BacktestSeries, splitMs: number): BacktestSeries {
  const { symbol } = one;
  if ('columns' in one) return { symbol, columns: columnsBetween(one.columns, -Infinity, splitMs) };
  return { symbol, candles: one.candles.filter(({ openTimeMs }) => openTimeMs < splitMs) };
}
