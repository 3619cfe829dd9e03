import { describe, expect, it } from 'vitest';
import { zScore } from './z-score.js';

describe('the z-score', () => {
  it('counts sample deviations from the mean, below 0 after a fall', () => {
    // NIST/SEMATECH e-Handbook 1.3.5.17.1, Grubbs' test on the uranium measurements: G = 2.4687 (printed cut, not rounded;
    // tests of R packages on the same data have 2.468765).
    const values = [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57];
    expect(zScore(Float64Array.from(values), 8)[7]).toBeCloseTo(2.468765, 6);
    expect(
      zScore(
        Float64Array.from(values, (value) => -value),
        8,
      )[7],
    ).toBeCloseTo(-2.468765, 6);
  });

  it('rises above 0 with a rise and falls below with the fall', () => {
    const [, , rise, fall] = zScore(Float64Array.of(1, 2, 3, 1), 3);
    expect(rise).toBe(1);
    expect(fall).toBe(-1);
  });

  it('is NaN while it warms up and over a flat window', () => {
    expect([...zScore(Float64Array.of(5, 5, 5), 2)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('never exceeds (n - 1) / sqrt(n)', () => {
    // Samuelson's bound, reached by a single outlier.
    expect(zScore(Float64Array.of(1, 1, 1, 1e9), 4)[3]).toBeCloseTo(1.5, 12);
  });

  it('needs two values', () => {
    expect(() => zScore(Float64Array.of(1), 1)).toThrow('window: expected at least 2, was 1');
  });
});
