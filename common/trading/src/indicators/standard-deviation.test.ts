import { describe, expect, it } from 'vitest';
import { StandardDeviation, standardDeviation } from './standard-deviation.js';

/** NIST StRD univariate sets NumAcc3 and NumAcc4: one base + 0.2, then 500 pairs of base + 0.1 and base + 0.3. */
function numAcc(base: number): Float64Array {
  const pairs = Array.from({ length: 500 }, () => [`${String(base)}.1`, `${String(base)}.3`]).flat();
  return Float64Array.from([`${String(base)}.2`, ...pairs], Number);
}

describe('the standard deviation', () => {
  it('keeps the certified value of NIST StRD NumAcc3 and NumAcc4, 0.1, although the values are large', () => {
    for (const [base, digits] of [
      [1_000_000, 9],
      [10_000_000, 8],
    ] as const) {
      expect(standardDeviation(numAcc(base), 1001, 'sample')[1000]).toBeCloseTo(0.1, digits);
    }
  });

  it('gives the population figures of ta4j', () => {
    // ta4j, StandardDeviationIndicatorTest: closes 1 2 3 4 3 4 5 4 3 0 9, four bars.
    const deviations = [...standardDeviation(Float64Array.of(1, 2, 3, 4, 3, 4, 5, 4, 3, 0, 9), 4, 'population')];
    const squares = [1.25, 0.5, 0.25, 0.5, 0.5, 0.5, 3.5, 10.5];
    expect(deviations.slice(3).map((deviation) => Number(deviation.toFixed(12)))).toEqual(
      squares.map((square) => Number(Math.sqrt(square).toFixed(12))),
    );
  });

  it('divides by n - 1 for a sample', () => {
    expect(standardDeviation(Float64Array.of(2, 4, 6), 3, 'sample')[2]).toBe(2);
    expect(standardDeviation(Float64Array.of(2, 4, 6), 3, 'population')[2]).toBe(Math.sqrt(8 / 3));
  });

  it('is the same for a rise and the fall that mirrors it', () => {
    const rise = standardDeviation(Float64Array.of(1, 2, 4, 8), 4, 'sample')[3];
    expect(standardDeviation(Float64Array.of(8, 4, 2, 1), 4, 'sample')[3]).toBeCloseTo(rise ?? Number.NaN, 12);
  });

  it('is NaN while it warms up and exactly 0 over equal values', () => {
    expect(
      [...standardDeviation(Float64Array.of(0.3, 0.1, 0.1, 0.1), 3, 'sample')].map((value) => value === 0),
    ).toEqual([false, false, false, true]);
    expect(new StandardDeviation(2, 'sample').push(1)).toBeNaN();
  });

  it('of a sample needs two values', () => {
    expect(() => new StandardDeviation(1, 'sample')).toThrow(
      'window: expected at least 2 for a sample deviation, was 1',
    );
    expect(new StandardDeviation(1, 'population').push(5)).toBe(0);
  });
});
