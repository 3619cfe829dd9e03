import { describe, expect, it } from 'vitest';
import { rounded } from '../testing/rounded.js';
import { Ema, ema } from './ema.js';

describe('the EMA', () => {
  it('gives the figures of the StockCharts example', () => {
    // chartschool.stockcharts.com, "Moving Averages - Simple and Exponential", Intel, 10 days, closes and averages printed with fewer
    // decimals than the averages were computed with.
    const closes = [
      22.2734, 22.194, 22.0847, 22.1741, 22.184, 22.1344, 22.2337, 22.4323, 22.2436, 22.2933, 22.1542, 22.3926, 22.3816,
      22.6109, 23.3558, 24.0519, 23.753, 23.8324, 23.9516, 23.6338, 23.8225, 23.8722, 23.6537, 23.187, 23.0976, 23.326,
      22.6805, 23.0976, 22.4025, 22.1725,
    ];
    const printed = [
      22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.8, 22.97, 23.13, 23.28, 23.34, 23.43, 23.51, 23.53, 23.47, 23.4,
      23.39, 23.26, 23.23, 23.08, 22.92,
    ];
    const averages = ema(Float64Array.from(closes), 10);
    expect(averages.slice(0, 9).every(Number.isNaN)).toBe(true);
    for (const [index, figure] of printed.entries()) {
      expect(Math.abs((averages[index + 9] ?? Number.NaN) - figure)).toBeLessThan(0.007);
    }
  });

  it('follows a rise and then a fall', () => {
    expect([...ema(Float64Array.of(1, 3, 5, 2), 3)]).toEqual([Number.NaN, Number.NaN, 3, 2.5]);
  });

  it('is exactly the value over equal values, and over a window of 1', () => {
    expect(rounded(ema(Float64Array.of(0.1, 0.1, 0.1, 0.1), 3), 20).slice(2)).toEqual([0.1, 0.1]);
    expect([...ema(Float64Array.of(0.1, 7, 0.3), 1)]).toEqual([0.1, 7, 0.3]);
  });

  it('begins anew where a missing value ended: the warm-up of another indicator is no value', () => {
    expect([...ema(Float64Array.of(Number.NaN, 1, 2, Number.NaN, 6), 2)]).toEqual([
      Number.NaN,
      Number.NaN,
      1.5,
      Number.NaN,
      4.5,
    ]);
  });

  it('gives the same bits in a long batch with values missing as one by one', () => {
    const values = Float64Array.from({ length: 2000 }, (_, row) => 100 + Math.sin(row) * 3 + row / 50);
    values[700] = Number.NaN;
    values[1800] = Number.POSITIVE_INFINITY;
    const average = new Ema(9);
    const streamed = Float64Array.from(values, (value) => average.push(value));
    expect(ema(values, 9)).toEqual(streamed);
    expect([streamed[700], streamed[1800]]).toEqual([Number.NaN, Number.NaN]);
    expect(streamed.filter(Number.isNaN)).toHaveLength(8 + 2);
  });

  it.each([0, -3, 2.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new Ema(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
