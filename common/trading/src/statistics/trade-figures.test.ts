import { describe, expect, it } from 'vitest';
import { expectancy, expectancyRatio } from './expectancy.js';
import { profitFactor } from './profit-factor.js';
import { sqn } from './sqn.js';
import { countDecided, winRate } from './win-rate.js';

// freqtrade, test_calculate_expectancy.
const PROFITS = [100, 200, 50, -150, 300, -100, 80, -30];

describe('figures of trades', () => {
  it("give the expectancy of freqtrade's test and its ratio", () => {
    expect(expectancy(PROFITS)).toBe(56.25);
    expect(expectancyRatio(PROFITS)).toBeCloseTo(0.60267857, 8);
  });

  it("give the system quality number of freqtrade's test, in any unit of risk", () => {
    const results = [1, -0.5, 2, -1, 0.5, 1.5, -0.5, 1];
    expect(sqn(results)).toBeCloseTo(1.3229, 4);
    expect(sqn(results.map((result) => result * 100))).toBeCloseTo(1.3229, 4);
  });

  it('give the share of winners and gross profit by gross loss', () => {
    expect(winRate(PROFITS)).toBe(0.625);
    expect(profitFactor(PROFITS)).toBeCloseTo(730 / 280, 12);
  });

  it('count a trade of 0 neither as a win nor as a loss, but as a trade', () => {
    expect(countDecided([1, 0, -1, 0])).toEqual({ wins: 1, losses: 1 });
    expect(winRate([1, 0, -1, 0])).toBe(0.5);
    expect(expectancy([4, 0])).toBe(2);
  });

  it('are undefined where they would divide by nothing', () => {
    expect([winRate([]), winRate([0]), profitFactor([]), profitFactor([1, 2]), expectancy([])]).toEqual(
      Array(5).fill(undefined),
    );
    expect([expectancyRatio([]), expectancyRatio([1]), sqn([1]), sqn([2, 2])]).toEqual(Array(4).fill(undefined));
    expect(profitFactor([-1])).toBe(0);
  });
});
