import { describe, expect, it } from 'vitest';
import { closesOnly, columnsFrom, taLibCandles, tulipCandles } from '../testing/reference-candles.js';
import { rounded } from '../testing/rounded.js';
import { Stochastic, stochastic } from './stochastic.js';

describe('the stochastic', () => {
  it('gives the figures of Tulip Indicators', () => {
    // tulipindicators.org, tests/untest.txt, "stoch 5 3 3".
    const { k, d } = stochastic(tulipCandles, { window: 5, smooth: 3, signal: 3 });
    expect(rounded(k, 3).slice(7)).toEqual([Number.NaN, 77.385, 83.126, 84.867, 88.361, 95.246, 96.74, 91.091]);
    expect(rounded(d, 3).slice(7)).toEqual([Number.NaN, 75.702, 78.011, 81.793, 85.452, 89.491, 93.449, 94.359]);
  });

  it('gives the figures of TA-Lib', () => {
    // TA-Lib, ta_regtest, test_stoch.c, within its 0.01: 5, 3, 3 first value, and 5, 3, 4 at the tenth candle.
    const slow = stochastic(taLibCandles, { window: 5, smooth: 3, signal: 3 });
    const slower = stochastic(taLibCandles, { window: 5, smooth: 3, signal: 4 });
    for (const [value, figure] of [
      [slow.k[8], 24.0128],
      [slow.d[8], 36.254],
      [slower.k[9], 38.139],
      [slower.d[9], 36.725],
    ] as const) {
      expect(Math.abs((value ?? Number.NaN) - figure)).toBeLessThan(0.01);
    }
    // test_per_hlc.c, Williams' %R, which is the fast %K less 100: 14 days, the first two and three later ones,
    // printed cut, not rounded.
    const fast = stochastic(taLibCandles, { window: 14, smooth: 1, signal: 1 }).k;
    for (const [row, percentR] of [
      [13, -90.1943],
      [14, -66.9903],
      [24, -89.2857],
      [25, -97.2602],
      [26, -71.5482],
    ] as const) {
      expect(Math.abs((fast[row] ?? Number.NaN) - 100 - percentR)).toBeLessThan(1e-4);
    }
  });

  it('is high at the end of a rise and low after the fall that follows', () => {
    const columns = columnsFrom({ high: [2, 3, 4, 4, 2], low: [1, 2, 3, 1, 0], close: [2, 3, 4, 1, 0] });
    const { k, d } = stochastic(columns, { window: 3, smooth: 1, signal: 2 });
    expect([...k]).toEqual([Number.NaN, Number.NaN, Number.NaN, 0, 0]);
    expect([...d]).toEqual([Number.NaN, Number.NaN, Number.NaN, 50, 0]);
  });

  it('is 50 in a flat window', () => {
    const { k, d } = stochastic(closesOnly([7, 7, 7, 7]), { window: 2, smooth: 2, signal: 2 });
    expect([k[3], d[3]]).toEqual([50, 50]);
  });

  it.each(['window', 'smooth', 'signal'] as const)('needs a %s of at least 1', (name) => {
    expect(() => new Stochastic({ window: 14, smooth: 3, signal: 3, [name]: 0.5 })).toThrow(
      new RangeError(`${name}: expected a whole number of at least 1, was 0.5`),
    );
  });
});
