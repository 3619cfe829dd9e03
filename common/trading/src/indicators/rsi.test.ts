import { describe, expect, it } from 'vitest';
import { taLibCandles, tulipCandles } from '../testing/reference-candles.js';
import { rounded } from '../testing/rounded.js';
import { Rsi, rsi } from './rsi.js';

describe('the RSI', () => {
  it('gives the figures of TA-Lib and of Tulip Indicators', () => {
    // TA-Lib, ta_regtest, test_rsi.c: 14 days, the first three values, within its 0.01.
    const averaged = rsi(taLibCandles.close, 14);
    expect(averaged[13]).toBeNaN();
    for (const [index, figure] of [49.14, 52.32, 46.07].entries()) {
      expect(Math.abs((averaged[14 + index] ?? Number.NaN) - figure)).toBeLessThan(0.01);
    }
    // tulipindicators.org, tests/untest.txt, "rsi 5".
    expect(rounded(rsi(tulipCandles.close, 5), 3).slice(4)).toEqual([
      ...[Number.NaN, 72.034, 64.927, 75.936, 79.796, 74.713, 83.033, 87.478, 88.755, 91.483, 78.498],
    ]);
  });

  it('is 100 in a rise, and falls with the fall that follows', () => {
    // After the rise gain 1, loss 0; a fall by 3 makes them 1/2 and 3/2, so 25; another by 1: 1/4 and 5/4.
    expect(rounded(rsi(Float64Array.of(1, 2, 3, 0, -1), 2), 12)).toEqual([
      Number.NaN,
      Number.NaN,
      100,
      25,
      16.666666666667,
    ]);
  });

  it('is 0 in a fall', () => {
    expect([...rsi(Float64Array.of(5, 4, 2, 1), 2)].slice(2)).toEqual([0, 0]);
  });

  it('is 50 in a flat window, and counts a fall after it from the flat price', () => {
    expect([...rsi(Float64Array.of(7, 7, 7, 7, 6), 3)].slice(3)).toEqual([50, 0]);
  });

  it.each([0, 1.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new Rsi(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
