import { describe, expect, it } from 'vitest';
import { findTimeframeFault, shortestStepMs, timeframeOfStep } from './infer-timeframe.js';

const HOUR = 3_600_000;
const every = (stepMs: number, count: number) => Float64Array.from({ length: count }, (_, index) => index * stepMs);

describe('the timeframe of candles', () => {
  it('is the shortest distance between neighbours, if ten of them are there to tell', () => {
    expect(shortestStepMs([0, 5, 5, 6, 9, 10, 11, 12, 13, 14].map((hour) => hour * HOUR))).toBe(HOUR);
    expect(shortestStepMs(every(HOUR, 9))).toBeUndefined();
    expect(shortestStepMs(new Float64Array(12))).toBeUndefined();
    expect(timeframeOfStep(HOUR)).toBe('1h');
    expect(timeframeOfStep(3 * HOUR)).toBeUndefined();
  });

  it('may not be longer than the one they are taken for', () => {
    expect(findTimeframeFault(every(HOUR, 10), '1h')).toBeUndefined();
    expect(findTimeframeFault(every(HOUR, 9), '1m')).toBeUndefined();
    expect(findTimeframeFault(every(HOUR, 10), '1m')).toBe(
      'expected 1m candles, was none nearer to the next than 3600000 ms, which looks like 1h',
    );
    expect(findTimeframeFault(every(2 * HOUR, 10), '1h')).toBe(
      'expected 1h candles, was none nearer to the next than 7200000 ms',
    );
  });
});
