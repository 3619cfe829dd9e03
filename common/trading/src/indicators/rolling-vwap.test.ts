import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { closesOnly, columnsFrom, tulipCandles } from '../testing/reference-candles.js';
import { rounded } from '../testing/rounded.js';
import { RollingVwap, rollingVwap } from './rolling-vwap.js';

describe('the rolling VWAP', () => {
  it('gives the figures of Tulip Indicators', () => {
    // tulipindicators.org, tests/untest.txt, "vwma 5": of closes, so candles whose typical price is the close.
    const columns = closesOnly([...tulipCandles.close], [...tulipCandles.volume]);
    expect(rounded(rollingVwap(columns, 5), 3).slice(3)).toEqual([
      ...[Number.NaN, 82.332, 82.61, 83.07, 83.354, 83.682, 83.822, 84.409, 85.165, 85.698, 86.418, 86.805],
    ]);
  });

  it('is the weighted mean by its definition', () => {
    const rows = fc.array(fc.tuple(fc.double({ min: 0.01, max: 1e5, noNaN: true }), fc.integer({ min: 1, max: 99 })), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), (series, window) => {
        const prices = series.map(([price]) => price);
        const volumes = series.map(([, volume]) => volume);
        const results = rollingVwap(closesOnly(prices, volumes), window);
        for (let row = window - 1; row < series.length; row += 1) {
          const last = series.slice(row + 1 - window, row + 1);
          const worth = last.reduce((sum, [price, volume]) => sum + price * volume, 0);
          const volume = last.reduce((sum, [, amount]) => sum + amount, 0);
          expect(results[row]).toBeCloseTo(worth / volume, 8);
        }
      }),
    );
  });

  it('follows typical prices over a rise and a fall', () => {
    const columns = columnsFrom({ high: [3, 6, 3], low: [1, 2, 1], close: [2, 4, 2], volume: [1, 1, 3] });
    expect([...rollingVwap(columns, 2)]).toEqual([Number.NaN, 3, 2.5]);
  });

  it('is the newest price where no candle has volume, exactly the typical price while it is flat, and forgets an outlier', () => {
    expect([...rollingVwap(closesOnly([5, 6, 7, 8], [0, 0, 0, 2]), 2)]).toEqual([Number.NaN, 6, 7, 8]);
    const typical = (0.7 + 0.7 + 0.7) / 3;
    expect([...rollingVwap(closesOnly([9, 0.7, 0.7, 0.7], [1, 0.3, 0.7, 1.1]), 2)].slice(2)).toEqual([
      typical,
      typical,
    ]);
    expect([...rollingVwap(closesOnly([1, 1e200, 2, 4], [1, 1, 1, 1]), 2)].at(-1)).toBe(3);
  });

  it.each([0, 1.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new RollingVwap(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
