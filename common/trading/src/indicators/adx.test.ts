import { describe, expect, it } from 'vitest';
import { closesOnly, columnsFrom } from '../testing/reference-candles.js';
import { Adx, adx } from './adx.js';

describe('the ADX', () => {
  it('gives the figures of the StockCharts example', () => {
    // chartschool.stockcharts.com, "Average Directional Index (ADX)", 14 days; prices with two decimals and more digits of
    // the results in technicalindicators' test/directionalmovement/ADX.
    const columns = columnsFrom({
      close: [
        29.87, 30.24, 30.1, 28.9, 28.92, 28.48, 28.56, 27.56, 28.47, 28.28, 27.49, 27.23, 26.35, 26.33, 27.03, 26.22,
        26.01, 25.46, 27.03, 27.45, 28.36, 28.43, 27.95, 29.01, 29.38, 29.36, 28.91, 30.61, 30.05, 30.19, 31.12, 30.54,
        29.78, 30.04, 30.49, 31.47, 32.05, 31.97, 31.13, 31.66, 32.64, 32.59, 32.19, 32.1, 32.93, 33.0, 31.94,
      ],
      high: [
        30.2, 30.28, 30.45, 29.35, 29.35, 29.29, 28.83, 28.73, 28.67, 28.85, 28.64, 27.68, 27.21, 26.87, 27.41, 26.94,
        26.52, 26.52, 27.09, 27.69, 28.45, 28.53, 28.67, 29.01, 29.87, 29.8, 29.75, 30.65, 30.6, 30.76, 31.17, 30.89,
        30.04, 30.66, 30.6, 31.97, 32.1, 32.03, 31.63, 31.85, 32.71, 32.76, 32.58, 32.13, 33.12, 33.19, 32.52,
      ],
      low: [
        29.41, 29.32, 29.96, 28.74, 28.56, 28.41, 28.08, 27.43, 27.66, 27.83, 27.4, 27.09, 26.18, 26.13, 26.63, 26.13,
        25.43, 25.35, 25.88, 26.96, 27.14, 28.01, 27.88, 27.99, 28.76, 29.14, 28.71, 28.93, 30.03, 29.39, 30.14, 30.43,
        29.35, 29.99, 29.52, 30.94, 31.54, 31.36, 30.92, 31.2, 32.13, 32.23, 31.97, 31.56, 32.21, 32.63, 31.76,
      ],
    });
    const series = adx(columns, 14).adx;
    const figures = [
      33.70789, 32.25668, 30.01835, 28.43901, 26.97249, 25.84732, 24.01791, 22.85086, 22.12975, 21.5787, 20.84157,
      19.61908, 18.72578, 18.75196, 18.82257, 18.52094, 17.68461, 17.90759, 18.17858, 17.28769,
    ];
    expect(series.slice(0, 27).every(Number.isNaN)).toBe(true);
    for (const [index, figure] of figures.entries()) {
      expect(Math.abs((series[27 + index] ?? Number.NaN) - figure)).toBeLessThan(1e-5);
    }
  });

  it('points up in a rise and down in the fall that follows', () => {
    const series = adx(closesOnly([10, 11, 12, 13, 14, 12, 10, 8, 6]), 2);
    const row = (index: number) => [series.adx[index], series.plusDi[index], series.minusDi[index]];
    expect(row(3)).toEqual([100, 100, 0]);
    expect(row(8)[1]).toBeLessThan(row(8)[2] ?? 0);
    expect(row(2)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('counts only the larger movement of an outside candle', () => {
    // Second candle: up 2, down 1; third: up 1, down 1, so neither. Ranges 4 and 6.
    const columns = columnsFrom({ high: [11, 13, 14], low: [10, 9, 8], close: [10, 11, 11] });
    const series = adx(columns, 1);
    expect([series.adx[1], series.plusDi[1], series.minusDi[1]]).toEqual([100, 50, 0]);
    expect([series.adx[2], series.plusDi[2], series.minusDi[2]]).toEqual([0, 0, 0]);
  });

  it('is 0 while nothing moves', () => {
    const series = adx(closesOnly([5, 5, 5, 5, 5]), 2);
    expect([series.adx, series.plusDi, series.minusDi].map((values) => values[4])).toEqual([0, 0, 0]);
  });

  it.each([0, 1.5, Number.NaN])('needs a window of at least 1: %s', (window) => {
    expect(() => new Adx(window)).toThrow(
      new RangeError(`window: expected a whole number of at least 1, was ${String(window)}`),
    );
  });
});
