import { describe, expect, it } from 'vitest';
import { logReturn } from './log-return.js';

describe('the log return', () => {
  it('is the natural logarithm of the ratio, equal and opposite for a rise and its fall', () => {
    // ln 2 by Abramowitz and Stegun, table 1.1.
    const [first, rise, fall] = logReturn(Float64Array.of(1, 2, 1), 1);
    expect(first).toBeNaN();
    expect(rise).toBeCloseTo(0.693147180559945, 15);
    expect(fall).toBeCloseTo(-0.693147180559945, 15);
  });

  it('adds up over adjoining spans', () => {
    const prices = Float64Array.of(100, 103, 99, 107, 95);
    const steps = logReturn(prices, 1).subarray(1);
    expect(steps.reduce((sum, step) => sum + step, 0)).toBeCloseTo(logReturn(prices, 4)[4] ?? Number.NaN, 14);
  });

  it('is exactly 0 for an unchanged price, and NaN where a price is not above 0', () => {
    expect([...logReturn(Float64Array.of(0.1, 0.1, 0, 1, -1), 1)]).toEqual([
      Number.NaN,
      0,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });
});
