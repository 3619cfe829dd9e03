import { describe, expect, it } from 'vitest';
import { sortinoRatio } from './sortino-ratio.js';

describe('the Sortino ratio', () => {
  it("gives the figure of empyrical's test at 252 periods", () => {
    // empyrical, test_stats.py, mixed_returns, in per cent.
    const returns = [1, 10, -4, 2, 3, 2, 1, -10].map((percent) => percent / 100);
    expect(sortinoRatio(returns, 252)).toBeCloseTo(2.605531251673693, 12);
  });

  it("gives the figure of NautilusTrader's test at 252 periods", () => {
    expect(sortinoRatio([-0.01, 0.02, -0.015, 0.005, -0.02], 252)).toBeCloseTo(-5.273224492824493, 12);
  });

  it('is undefined without a loss', () => {
    expect(sortinoRatio([], 365)).toBeUndefined();
    expect(sortinoRatio([0.01, 0, 0.02], 365)).toBeUndefined();
  });
});
