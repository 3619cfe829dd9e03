import { describe, expect, it } from 'vitest';
import { momentsOf } from './moments.js';

describe('moments', () => {
  it('have population skewness and raw kurtosis', () => {
    // House canon, the PSR example: skewness -0.1017947, kurtosis 1.6393497.
    const moments = momentsOf([0.01, -0.005, 0.02, 0.015, -0.01, 0.008, -0.012, 0.017, 0.003, -0.002]);
    expect(moments?.skewness).toBeCloseTo(-0.1017947, 7);
    expect(moments?.kurtosis).toBeCloseTo(1.6393497, 7);
  });

  it('have a deviation of 0 where values differ by rounding only', () => {
    expect(momentsOf([0.1 + 0.2, 0.3, 0.3])?.sampleDeviation).toBe(0);
    expect(momentsOf([0, 0])).toEqual({
      n: 2,
      mean: 0,
      sampleDeviation: 0,
      skewness: Number.NaN,
      kurtosis: Number.NaN,
    });
  });

  it('need two values', () => {
    expect(momentsOf([])).toBeUndefined();
    expect(momentsOf([1])).toBeUndefined();
  });
});
