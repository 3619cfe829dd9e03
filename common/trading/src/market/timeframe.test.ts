import { describe, expect, it } from 'vitest';
import { timeframeName } from '../messages/envelope.js';
import { closeTimeMs, isAligned, timeframeMs } from './timeframe.js';

const MIDNIGHT = Date.UTC(2024, 0, 1);

describe('timeframes', () => {
  it('have their length in milliseconds', () => {
    expect(timeframeName.options.map(timeframeMs)).toEqual([
      60_000, 300_000, 900_000, 1_800_000, 3_600_000, 14_400_000, 86_400_000,
    ]);
  });

  it('close when the next candle opens', () => {
    expect(closeTimeMs(MIDNIGHT, '4h')).toBe(Date.UTC(2024, 0, 1, 4));
  });

  it('open at whole multiples since the epoch, so that each has one opening at 00:00 UTC', () => {
    for (const timeframe of timeframeName.options) {
      expect(isAligned(MIDNIGHT, timeframe)).toBe(true);
      expect(isAligned(MIDNIGHT + 1, timeframe)).toBe(false);
    }
    expect(isAligned(MIDNIGHT + 3_600_000, '4h')).toBe(false);
    expect(isAligned(Number.NaN, '1m')).toBe(false);
    expect(isAligned(60_000.5, '1m')).toBe(false);
  });
});
