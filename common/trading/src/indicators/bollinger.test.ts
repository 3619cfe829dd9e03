import { describe, expect, it } from 'vitest';
import { tulipCandles } from '../testing/reference-candles.js';
import { rounded } from '../testing/rounded.js';
import { Bollinger, bollinger } from './bollinger.js';
import { movingAverage } from './moving-average.js';

describe('the Bollinger bands', () => {
  it('give the figures of Tulip Indicators', () => {
    // tulipindicators.org, tests/untest.txt, "bbands 5 2".
    const bands = bollinger(tulipCandles.close, 5, 2);
    expect(rounded(bands.lower, 3).slice(3)).toEqual([
      ...[Number.NaN, 80.53, 80.987, 82.533, 82.472, 82.418, 82.435, 82.511, 83.143, 83.536, 83.87, 85.289],
    ]);
    expect(rounded(bands.middle, 3).slice(3)).toEqual([
      ...[Number.NaN, 82.426, 82.738, 83.094, 83.318, 83.628, 83.778, 84.254, 84.994, 85.574, 86.218, 86.804],
    ]);
    expect(rounded(bands.upper, 3).slice(3)).toEqual([
      ...[Number.NaN, 84.322, 84.489, 83.655, 84.164, 84.838, 85.121, 85.997, 86.845, 87.612, 88.566, 88.319],
    ]);
  });

  it('have the moving average in the middle, and the same width in a rise and the fall that mirrors it', () => {
    const values = Float64Array.of(1, 2, 4, 8, 4, 2, 1);
    const { middle, upper, lower } = bollinger(values, 4, 3);
    expect(middle).toEqual(movingAverage(values, 4));
    expect((upper[3] ?? 0) - (lower[3] ?? 0)).toBeCloseTo((upper[6] ?? 0) - (lower[6] ?? 0), 12);
  });

  it('meet over a flat window', () => {
    const { middle, upper, lower } = bollinger(Float64Array.of(3, 0.1, 0.1, 0.1), 3, 2);
    expect([middle[3], upper[3], lower[3]]).toEqual([0.1, 0.1, 0.1]);
  });

  it('need a window and a number of deviations', () => {
    expect(() => new Bollinger(0, 2)).toThrow(new RangeError('window: expected a whole number of at least 1, was 0'));
    expect(() => new Bollinger(20, Number.NaN)).toThrow(
      new RangeError('deviations: expected a number of at least 0, was NaN'),
    );
  });
});
