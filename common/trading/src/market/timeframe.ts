import type { TimeframeName } from '../messages/envelope.js';

const MINUTE_MS = 60_000;

const LENGTH_MS: Readonly<Record<TimeframeName, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '4h': 240 * MINUTE_MS,
  '1d': 1440 * MINUTE_MS,
};

/** Length of a candle in milliseconds. */
export function timeframeMs(timeframe: TimeframeName): number {
  return LENGTH_MS[timeframe];
}

/** Close time of the candle that opens at `openTimeMs`: the open time of its successor (exclusive end). */
export function closeTimeMs(openTimeMs: number, timeframe: TimeframeName): number {
  return openTimeMs + LENGTH_MS[timeframe];
}

/** True when a candle of this length may open at that epoch time: a whole multiple since 1970-01-01T00:00Z. */
export function isAligned(openTimeMs: number, timeframe: TimeframeName): boolean {
  return Number.isSafeInteger(openTimeMs) && openTimeMs % LENGTH_MS[timeframe] === 0;
}
