import { describe, expect, it } from 'vitest';
import { firstDifference } from './first-difference.js';

describe('the first difference', () => {
  it('is none between equal values, however deep', () => {
    const value = { a: [1, { b: '1.10' }], c: null };
    expect(firstDifference(value, structuredClone(value))).toBeUndefined();
  });

  it('names the path and both values', () => {
    const trades = (price: string) => ({ trades: [{ price: '1' }, { price }], fills: 2 });
    expect(firstDifference(trades('2.50'), trades('2.5'))).toEqual({
      path: 'trades[1].price',
      expected: '2.50',
      was: '2.5',
    });
  });

  it('sees what is missing on either side', () => {
    expect(firstDifference([1], [1, 2])).toEqual({ path: '[1]', expected: undefined, was: 2 });
    expect(firstDifference({ a: 1 }, {})).toEqual({ path: 'a', expected: 1, was: undefined });
    expect(firstDifference([], {})).toEqual({ path: '', expected: [], was: {} });
    expect(firstDifference(null, 0)).toEqual({ path: '', expected: null, was: 0 });
  });
});
