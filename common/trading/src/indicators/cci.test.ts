import { describe, expect, it } from 'vitest';
import { closesOnly, taLibCandles } from '../testing/reference-candles.js';
import { rounded } from '../testing/rounded.js';
import { Cci, cci } from './cci.js';

describe('the CCI', () => {
  it('gives the figures of TA-Lib', () => {
    // TA-Lib, ta_regtest, test_per_hlc.c: 11 days from the third value on, and the first values over 2 and 5 days.
    expect(rounded(cci(taLibCandles, 11), 6).slice(12, 35)).toEqual([
      ...[143.519096, -113.866978, -111.064497, -26.773933, -70.779338, -83.156629, -41.144211, -49.630596, -86.45143],
      ...[-105.62758, -157.698269, -190.525144, -142.83643, -122.444806, -79.951, 22.038292, 7.765575, 32.389059],
      ...[-0.005588, 43.846073, 40.351523, 92.892375, 113.477868],
    ]);
    expect(cci(taLibCandles, 2)[1]).toBeCloseTo(66.6667, 4);
    expect(rounded(cci(taLibCandles, 5), 3).slice(3, 5)).toEqual([Number.NaN, 18.857]);
  });

  it('is above 0 at the end of a rise and below after the fall that follows', () => {
    // 1, 2, 3: mean 2, mean deviation 2/3, 1 / (0.015 * 2/3) = 100; 3, 2, 1 the same below.
    expect(rounded(cci(closesOnly([1, 2, 3, 2, 1]), 3), 9)).toEqual([Number.NaN, Number.NaN, 100, -50, -100]);
  });

  it('is exactly 0 in a flat window', () => {
    // TA-Lib, test_cci_uniform_zero: a price of 1.1 leaves nothing to divide by.
    expect([...cci(closesOnly([9, 1.1, 1.1, 1.1, 1.1]), 3)].slice(3)).toEqual([0, 0]);
  });

  it.each([0, 1.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new Cci(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
