import { describe, expect, it } from 'vitest';
import { rateOfChange } from './rate-of-change.js';

describe('the rate of change', () => {
  it('gives the figures of the StockCharts example', () => {
    // chartschool.stockcharts.com, "Rate of Change (ROC)", 12 days; more digits in technicalindicators' test/momentum/ROC.
    const closes = Float64Array.of(
      11045.27,
      11167.32,
      11008.61,
      11151.83,
      10926.77,
      10868.12,
      10520.32,
      10380.43,
      10785.14,
      10748.26,
      10896.91,
      10782.95,
      10620.16,
      10625.83,
      10510.95,
      10444.37,
      10068.01,
      10193.39,
      10066.57,
      10043.75,
    );
    const expected = [
      -3.848796815288359, -4.848880483410521, -4.520643387312293, -6.343891540670896, -7.859230129306283,
      -6.2083414610806775, -4.313081731354179, -3.243410918430164,
    ];
    const changes = [...rateOfChange(closes, 12)];
    expect(changes.slice(0, 12).every(Number.isNaN)).toBe(true);
    for (const [index, percent] of expected.entries())
      expect((changes[index + 12] ?? 0) * 100).toBeCloseTo(percent, 11);
  });

  it('is a ratio: up and then down', () => {
    expect([...rateOfChange(Float64Array.of(100, 150, 75), 1)]).toEqual([Number.NaN, 0.5, -0.5]);
  });

  it('is NaN where the earlier value is 0', () => {
    expect([...rateOfChange(Float64Array.of(0, 1), 1)]).toEqual([Number.NaN, Number.NaN]);
  });

  it('needs a distance', () => {
    expect(() => rateOfChange(Float64Array.of(1), 0)).toThrow('distance: expected a whole number of at least 1, was 0');
  });
});
