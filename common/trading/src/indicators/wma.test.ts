import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { tulipCandles } from '../testing/reference-candles.js';
import { rounded } from '../testing/rounded.js';
import { Wma, wma } from './wma.js';

describe('the WMA', () => {
  it('gives the figures of Tulip Indicators', () => {
    // tulipindicators.org, tests/untest.txt, "wma 5".
    expect(rounded(wma(tulipCandles.close, 5), 3)).toEqual([
      ...Array.from({ length: 4 }, () => Number.NaN),
      ...[82.825, 83.066, 83.1, 83.399, 83.809, 84.053, 84.637, 85.399, 86.031, 86.763, 87.121],
    ]);
  });

  it('is the weighted sum by its definition, over a rise and a fall', () => {
    // (1 * 1 + 2 * 4 + 3 * 10) / 6, then (1 * 4 + 2 * 10 + 3 * 2) / 6.
    expect([...wma(Float64Array.of(1, 4, 10, 2), 3)]).toEqual([Number.NaN, Number.NaN, 6.5, 5]);
    const prices = fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 12 }), (values, window) => {
        const results = wma(Float64Array.from(values), window);
        for (let row = window - 1; row < values.length; row += 1) {
          const last = values.slice(row + 1 - window, row + 1);
          const sum = last.reduce((total, value, index) => total + value * (index + 1), 0);
          expect(results[row]).toBeCloseTo((2 * sum) / (window * (window + 1)), 8);
        }
      }),
    );
  });

  it('is exactly the value over equal values, and forgets an outlier', () => {
    expect([...wma(Float64Array.of(9, 0.1, 0.1, 0.1, 0.1), 3)].slice(3)).toEqual([0.1, 0.1]);
    expect([...wma(Float64Array.of(1, 1e200, 6, 6, 12), 3)].at(-1)).toBe(9);
  });

  it.each([0, 1.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new Wma(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
