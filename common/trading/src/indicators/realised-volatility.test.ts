import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RealisedVolatility, realisedVolatility } from './realised-volatility.js';

describe('the realised volatility', () => {
  it('is the root of the summed squared log returns, scaled', () => {
    // Steps of ln 2 up, down and up: each square is (ln 2)^2, ln 2 by Abramowitz and Stegun, table 1.1.
    const prices = Float64Array.of(1, 2, 1, 2);
    expect(realisedVolatility(prices, 3, 1)[3]).toBeCloseTo(0.693147180559945, 15);
    expect(realisedVolatility(prices, 3, 3)[3]).toBeCloseTo(0.693147180559945 * Math.sqrt(3), 14);
    expect(realisedVolatility(prices, 3, 1)[2]).toBeNaN();
  });

  it('is that of T. G. Andersen and others by its definition', () => {
    const prices = fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 8 }), (values, window) => {
        const results = realisedVolatility(Float64Array.from(values), window, window);
        for (let row = window; row < values.length; row += 1) {
          let sum = 0;
          for (let step = row - window + 1; step <= row; step += 1) {
            sum += (Math.log(values[step] ?? 0) - Math.log(values[step - 1] ?? 0)) ** 2;
          }
          expect(results[row]).toBeCloseTo(Math.sqrt(sum), 6);
        }
      }),
    );
  });

  it('is the same for a rise and the fall back, and 0 in a flat window', () => {
    const [, , rise, fall, flat] = realisedVolatility(Float64Array.of(100, 110, 121, 110, 110), 1, 1);
    expect(rise).toBeCloseTo(fall ?? 0, 15);
    expect(flat).toBe(0);
  });

  it('needs a window and periods', () => {
    expect(() => new RealisedVolatility(0, 1)).toThrow(
      new RangeError('window: expected a whole number of at least 1, was 0'),
    );
    expect(() => new RealisedVolatility(5, Number.NaN)).toThrow(
      new RangeError('periods: expected a number above 0, was NaN'),
    );
  });
});
