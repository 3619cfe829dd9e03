import { describe, expect, it } from 'vitest';
import { sharpeRatio } from './sharpe-ratio.js';
import { simpleReturns } from './simple-returns.js';

describe('the Sharpe ratio', () => {
  it("gives the figure of empyrical's test at 252 periods", () => {
    // empyrical, test_stats.py, mixed_returns, in per cent.
    const returns = [1, 10, -4, 2, 3, 2, 1, -10].map((percent) => percent / 100);
    expect(sharpeRatio(returns, 252)).toBeCloseTo(1.7238613961706866, 12);
  });

  it("gives the figure of NautilusTrader's test at 252 periods", () => {
    expect(sharpeRatio([0.01, -0.02, 0.015, -0.005, 0.025], 252)).toBeCloseTo(4.48998886412873, 12);
  });

  it('divides by n - 1 and takes simple returns and 365 periods, unlike the other four common figures', () => {
    // House canon: the same equity gives 6.01, 4.70, 5.20, 4.32 or 1.09 in five well-known tools; 5.20 is ours.
    const returns = simpleReturns([100, 110, 104.5, 125.4, 112.86]) ?? [];
    expect(sharpeRatio(returns, 365)).toBeCloseTo(5.2, 2);
    expect(sharpeRatio(returns, 252)).toBeCloseTo(4.32, 2);
  });

  it('is undefined for fewer than two returns and for returns that do not vary', () => {
    expect(sharpeRatio([0.01], 365)).toBeUndefined();
    expect(sharpeRatio([0.01, 0.01, 0.01], 365)).toBeUndefined();
    expect(sharpeRatio([0, 0, 0], 365)).toBeUndefined();
  });
});
