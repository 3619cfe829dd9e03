import { describe, expect, it } from 'vitest';
import { RollingMean } from './rolling-mean.js';

describe('a rolling mean', () => {
  it('forgets an outlier without a trace once it has left', () => {
    const mean = new RollingMean(3);
    expect([1, 1e200, 3, 4, 5, 6].map((value) => mean.push(value)).slice(-2)).toEqual([4, 5]);
  });

  it('is exactly the value over equal values, also right after a move', () => {
    const mean = new RollingMean(3);
    expect([0.7, 0.1, 0.1, 0.1, 0.1].map((value) => mean.push(value)).slice(-2)).toEqual([0.1, 0.1]);
  });

  it('does not drift over a million values', () => {
    const mean = new RollingMean(50);
    const fresh = new RollingMean(50);
    let last = 0;
    for (let index = 0; index < 1_000_000; index += 1) last = mean.push(60_000 + 1000 * Math.sin(index));
    let again = 0;
    for (let index = 999_950; index < 1_000_000; index += 1) again = fresh.push(60_000 + 1000 * Math.sin(index));
    expect(Math.abs(last - again)).toBeLessThan(1e-10);
  });

  it.each([0, -1, 1.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new RollingMean(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
