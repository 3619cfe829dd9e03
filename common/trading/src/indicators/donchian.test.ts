import { describe, expect, it } from 'vitest';
import { closesOnly, columnsFrom, tulipCandles } from '../testing/reference-candles.js';
import { rounded } from '../testing/rounded.js';
import { Donchian, donchian } from './donchian.js';

describe('the Donchian channel', () => {
  it('gives the figures of Tulip Indicators', () => {
    // tulipindicators.org, tests/untest.txt, "max 5" and "min 5" of the closes.
    const { upper, lower } = donchian(closesOnly([...tulipCandles.close]), 5);
    expect(rounded(upper, 3).slice(3)).toEqual([
      ...[Number.NaN, 83.61, 83.61, 83.61, 83.99, 84.55, 84.55, 85.53, 86.54, 86.89, 87.77, 87.77],
    ]);
    expect(rounded(lower, 3).slice(3)).toEqual([
      ...[Number.NaN, 81.06, 81.06, 82.84, 82.84, 82.84, 82.84, 82.84, 83.99, 84.36, 84.36, 85.53],
    ]);
  });

  it('follows a rise with its upper line and the fall that follows with its lower one', () => {
    const columns = columnsFrom({ high: [2, 4, 6, 5, 3], low: [1, 3, 5, 2, 1], close: [2, 4, 6, 2, 1] });
    const { middle, upper, lower } = donchian(columns, 2);
    expect([...upper]).toEqual([Number.NaN, 4, 6, 6, 5]);
    expect([...lower]).toEqual([Number.NaN, 1, 3, 2, 1]);
    expect([...middle]).toEqual([Number.NaN, 2.5, 4.5, 4, 3]);
  });

  it('is one line over a flat window', () => {
    const { middle, upper, lower } = donchian(closesOnly([9, 0.1, 0.1]), 2);
    expect([middle[2], upper[2], lower[2]]).toEqual([0.1, 0.1, 0.1]);
  });

  it.each([0, 1.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new Donchian(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
