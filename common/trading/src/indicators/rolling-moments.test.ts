import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingMoments } from './rolling-moments.js';

describe('rolling moments', () => {
  it('are those of the last values, whatever came before', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        (values, window) => {
          const moments = new RollingMoments(window);
          for (const [index, next] of values.entries()) {
            moments.push(next);
            expect(moments.ready).toBe(index + 1 >= window);
            if (!moments.ready) continue;
            const last = values.slice(index + 1 - window, index + 1);
            const mean = last.reduce((sum, entry) => sum + entry, 0) / window;
            const squares = last.reduce((sum, entry) => sum + (entry - mean) ** 2, 0);
            expect(Math.abs(moments.mean - mean)).toBeLessThanOrEqual(1e-9);
            expect(Math.abs(moments.squares - squares)).toBeLessThanOrEqual(1e-9 * Math.max(1, squares));
          }
        },
      ),
    );
  });

  it('forget an outlier without a trace once it has left', () => {
    const moments = new RollingMoments(5);
    for (const value of [1, 2, 1e200, 3, 4, 5, 6, 7, 8]) moments.push(value);
    expect([moments.mean, moments.squares]).toEqual([6, 10]);
  });

  it('are exactly flat over equal values, also right after a move', () => {
    const moments = new RollingMoments(3);
    for (const value of [0.7, 0.1, 0.1, 0.1]) moments.push(value);
    expect([moments.mean, moments.squares]).toEqual([0.1, 0]);
  });

  it('do not drift over a million values', () => {
    const moments = new RollingMoments(50);
    for (let index = 0; index < 1_000_000; index += 1) moments.push(60_000 + 1000 * Math.sin(index));
    const fresh = new RollingMoments(50);
    for (let index = 999_950; index < 1_000_000; index += 1) fresh.push(60_000 + 1000 * Math.sin(index));
    expect(Math.abs(moments.mean - fresh.mean)).toBeLessThan(1e-10);
    expect(Math.abs(moments.squares / fresh.squares - 1)).toBeLessThan(1e-12);
  });

  it.each([0, -1, 1.5, Number.NaN])('need a window of at least 1: %s', (window) => {
    expect(() => new RollingMoments(window)).toThrow(
      `window: expected a whole number of at least 1, was ${String(window)}`,
    );
  });
});
