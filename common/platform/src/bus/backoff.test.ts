import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './backoff.js';

const rule = { baseMs: 25, capMs: 30_000 };

describe('retryDelayMs', () => {
  it('makes the first retry one to two bases long', () => {
    expect(retryDelayMs(1, rule, { random: () => 0 })).toBe(25);
    expect(retryDelayMs(1, rule, { random: () => 0.999 })).toBeCloseTo(50, 0);
  });

  it('doubles the jitter with every attempt up to the cap', () => {
    const most = [1, 2, 3, 4, 11, 12, 1_000].map((attempt) => retryDelayMs(attempt, rule, { random: () => 1 }));
    expect(most).toEqual([50, 75, 125, 225, 25_625, 30_000, 30_000]);
  });

  it('stays between one base and the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, draw) => {
        const delayMs = retryDelayMs(attempt, rule, { random: () => draw });
        expect(delayMs).toBeGreaterThanOrEqual(rule.baseMs);
        expect(delayMs).toBeLessThanOrEqual(rule.capMs);
      }),
    );
  });

  it('believes a failure that says when to come back, and adds at most half', () => {
    expect(retryDelayMs(1, rule, { random: () => 0, retryAfterMs: 5 })).toBe(5);
    expect(retryDelayMs(8, rule, { random: () => 1, retryAfterMs: 1_000 })).toBe(1_500);
  });

  it('slows a persistent one down all the same', () => {
    expect(retryDelayMs(20, rule, { random: () => 1, retryAfterMs: 5 })).toBe(30_000);
  });
});
