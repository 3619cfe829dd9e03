import { describe, expect, it } from 'vitest';
import { columnsFrom, taLibCandles, tulipCandles } from '../testing/reference-candles.js';
import { rounded } from '../testing/rounded.js';
import { Atr, atr } from './atr.js';

describe('the ATR', () => {
  it('gives the figures of Tulip Indicators', () => {
    // tulipindicators.org, tests/untest.txt, "atr 5" and, as the ATR over one candle, "tr".
    expect(rounded(atr(tulipCandles, 5), 3).slice(3)).toEqual([
      ...[Number.NaN, 1.116, 1.051, 1.009, 1.207, 1.136, 1.086, 1.243, 1.233, 1.23, 1.206, 1.137],
    ]);
    expect(rounded(atr(tulipCandles, 1), 3)).toEqual([
      0.86, 1.25, 1.97, 0.65, 0.85, 0.79, 0.84, 2, 0.85, 0.89, 1.87, 1.19, 1.22, 1.11, 0.86,
    ]);
  });

  it('gives the figures of TA-Lib, which begins with the range of the second candle', () => {
    // TA-Lib, ta_regtest, test_per_hlc.c, NATR: 100 ATR / close, 14 days, the first two values.
    const ranges = [...atr(taLibCandles, 1)].slice(1);
    const { close } = taLibCandles;
    let average = ranges.slice(0, 14).reduce((sum, range) => sum + range, 0) / 14;
    expect((100 * average) / (close[14] ?? 0)).toBeCloseTo(3.9321, 4);
    average = (average * 13 + (ranges[14] ?? 0)) / 14;
    expect((100 * average) / (close[15] ?? 0)).toBeCloseTo(3.7576, 4);
  });

  it('counts gaps up and down from the last close', () => {
    const gaps = columnsFrom({ high: [11, 20, 6], low: [10, 18, 5], close: [10, 19, 5] });
    expect([...atr(gaps, 1)]).toEqual([1, 10, 14]);
    expect([...atr(gaps, 2)]).toEqual([Number.NaN, 5.5, 9.75]);
  });

  it('is 0 while nothing moves', () => {
    const flat = columnsFrom({ high: [5, 5, 5], low: [5, 5, 5], close: [5, 5, 5] });
    expect([...atr(flat, 2)]).toEqual([Number.NaN, 0, 0]);
  });

  it.each([0, 1.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new Atr(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
