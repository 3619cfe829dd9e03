import { describe, expect, it } from 'vitest';
import { columnsOf } from '../market/candle-columns.js';
import { SessionVwap, sessionVwap } from './session-vwap.js';

const HOUR_MS = 3_600_000;
const MIDNIGHT_MS = 1_704_067_200_000;

/** Candles from `startMs` an hour apart, each of one price and one volume. */
const hours = (startMs: number, rows: readonly (readonly [price: number, volume: number])[]) =>
  columnsOf(
    rows.map(([price, volume], index) => ({
      openTimeMs: startMs + index * HOUR_MS,
      open: price,
      high: price,
      low: price,
      close: price,
      volume,
    })),
  );

describe('the VWAP of the UTC day', () => {
  it('weighs typical prices with their volumes, over a rise and a fall', () => {
    // 10, then (10 * 1 + 20 * 3) / 4, then (70 + 5 * 4) / 8.
    const columns = hours(MIDNIGHT_MS, [
      [10, 1],
      [20, 3],
      [5, 4],
    ]);
    expect([...sessionVwap(columns)]).toEqual([10, 17.5, 11.25]);
    const candle = { openTimeMs: MIDNIGHT_MS, open: 1, high: 9, low: 3, close: 6, volume: 2 };
    expect(new SessionVwap().push(candle)).toBe(6);
  });

  it('begins anew with the candle that opens at 00:00 UTC', () => {
    const columns = hours(MIDNIGHT_MS - 2 * HOUR_MS, [
      [10, 1],
      [20, 1],
      [40, 5],
      [50, 5],
    ]);
    expect([...sessionVwap(columns)]).toEqual([10, 15, 40, 45]);
  });

  it('is the newest price while the day has no volume, and ignores candles without volume after that', () => {
    const columns = hours(MIDNIGHT_MS, [
      [10, 0],
      [12, 0],
      [20, 2],
      [99, 0],
    ]);
    expect([...sessionVwap(columns)]).toEqual([10, 12, 20, 20]);
  });

  it('is exactly the typical price while it is flat', () => {
    const columns = hours(MIDNIGHT_MS, [
      [0.7, 0.3],
      [0.7, 0.7],
      [0.7, 1.1],
    ]);
    expect([...sessionVwap(columns)]).toEqual(Array.from({ length: 3 }, () => (0.7 + 0.7 + 0.7) / 3));
  });
});
