import { describe, expect, it } from 'vitest';
import { equityOfProfits } from './equity-of-profits.js';
import { maxDrawdownQuote, maxDrawdownRatio } from './max-drawdown.js';

function equityOfReturns(returns: readonly number[]): number[] {
  let value = 1;
  return [1, ...returns.map((change) => (value *= 1 + change))];
}

describe('the max drawdown', () => {
  it("gives the figure of empyrical's test", () => {
    const returns = [1, 10, -4, 2, 3, 2, 1, -10].map((percent) => percent / 100);
    expect(maxDrawdownRatio(equityOfReturns(returns))).toBeCloseTo(0.1, 12);
  });

  it("gives the figure of NautilusTrader's test", () => {
    expect(maxDrawdownRatio(equityOfReturns([0.1, -0.1, 0.5, -0.2, 0.1]))).toBeCloseTo(0.2, 12);
  });

  it("gives the largest fall in money of freqtrade's test, which is not the largest share", () => {
    // freqtrade, test_calculate_max_drawdown: profits on a starting balance of 1000.
    const profits = [0, -500, 500, 10_000, -1000].map((profit, day) => [day, profit] as const);
    const equity = equityOfProfits(1000, profits);
    expect(equity).toEqual([1000, 1000, 500, 1000, 11_000, 10_000]);
    expect(maxDrawdownQuote(equity)?.quote).toBe(1000);
    expect(maxDrawdownQuote(equity)?.ratio).toBeCloseTo(0.090909, 6);
    expect(maxDrawdownRatio(equity)).toBe(0.5);
  });

  it('counts a fall below the starting equity', () => {
    expect(maxDrawdownRatio([100, 80, 90])).toBeCloseTo(0.2, 12);
  });

  it('follows a rise, then a fall, then a deeper one', () => {
    expect(maxDrawdownRatio([100, 200, 150, 220, 110])).toBe(0.5);
    expect(maxDrawdownQuote([100, 200, 150, 220, 110])).toEqual({ quote: 110, ratio: 0.5 });
  });

  it('is 0 for a curve that never falls, and undefined for one that does not begin above 0', () => {
    expect(maxDrawdownRatio([100, 100, 101])).toBe(0);
    expect(maxDrawdownQuote([100])).toEqual({ quote: 0, ratio: 0 });
    expect(maxDrawdownRatio([])).toBeUndefined();
    expect(maxDrawdownRatio([0, 1])).toBeUndefined();
    expect(maxDrawdownQuote([])).toBeUndefined();
  });
});

describe('the equity of profits', () => {
  it('does not depend on the order of profits of one instant', () => {
    const one = equityOfProfits(100, [
      [1, -50],
      [1, 60],
      [0, 0.1],
    ]);
    const other = equityOfProfits(100, [
      [1, 60],
      [0, 0.1],
      [1, -50],
    ]);
    expect(one).toEqual(other);
    expect(maxDrawdownRatio(one)).toBe(0);
  });
});
