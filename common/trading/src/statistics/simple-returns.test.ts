import { describe, expect, it } from 'vitest';
import { simpleReturns } from './simple-returns.js';

describe('simple returns', () => {
  it('are one fewer than the points', () => {
    expect(simpleReturns([100, 150, 75])).toEqual([0.5, -0.5]);
    expect(simpleReturns([100])).toEqual([]);
    expect(simpleReturns([])).toEqual([]);
  });

  it('may end in ruin, but not start from it', () => {
    expect(simpleReturns([100, 0])).toEqual([-1]);
    expect(simpleReturns([100, 0, 10])).toBeUndefined();
    expect(simpleReturns([-5, 10])).toBeUndefined();
  });
});
