import { describe, expect, it } from 'vitest';
import { computeStatistics } from './compute-statistics.js';
import type { Figure } from './figure.js';
import { profileStatistics, STATISTICS_PROFILES, type StatisticsProfile } from './profile-statistics.js';

const DAY_MS = 86_400_000;

function ofReturns(profile: StatisticsProfile, returns: readonly number[]) {
  let value = 1;
  const equity = [1, ...returns.map((change) => (value *= 1 + change))].map(
    (point, day) => [day * DAY_MS, point] as const,
  );
  return profileStatistics({ equity, trades: [] }, profile);
}

function ofTrades(trades: readonly number[], { start, days }: { start: number; days: number }) {
  const end = start + trades.reduce((sum, profit) => sum + profit, 0);
  return profileStatistics(
    {
      equity: [
        [0, start],
        [days * DAY_MS, end],
      ],
      trades,
    },
    'freqtrade',
  );
}

describe("the profile empyrical gives the figures of empyrical's own test", () => {
  // test_stats.py, mixed_returns, in per cent; the first one is missing and left out.
  const { sharpe, sortino, maxDrawdownRatio } = ofReturns(
    'empyrical',
    [1, 10, -4, 2, 3, 2, 1, -10].map((percent) => percent / 100),
  );

  it('Sharpe, Sortino and drawdown', () => {
    expect(sharpe.value).toBeCloseTo(1.7238613961706866, 12);
    expect(sortino.value).toBeCloseTo(2.605531251673693, 12);
    expect(maxDrawdownRatio.value).toBeCloseTo(-0.1, 12);
    expect([sharpe.n, sortino.n, maxDrawdownRatio.n]).toEqual([8, 8, 8]);
  });
});

describe("the profile nautilus gives the figures of NautilusTrader's own tests", () => {
  it('Sharpe, Sortino and drawdown', () => {
    expect(ofReturns('nautilus', [0.01, -0.02, 0.015, -0.005, 0.025]).sharpe.value).toBeCloseTo(4.48998886412873, 11);
    expect(ofReturns('nautilus', [-0.01, 0.02, -0.015, 0.005, -0.02]).sortino.value).toBeCloseTo(
      -5.273224492824493,
      11,
    );
    expect(ofReturns('nautilus', [0.1, -0.1, 0.5, -0.2, 0.1]).maxDrawdownRatio.value).toBeCloseTo(-0.2, 12);
  });
});

describe("the profile freqtrade gives the figures of freqtrade's own tests", () => {
  it('expectancy and system quality number', () => {
    expect(ofTrades([100, 200, 50, -150, 300, -100, 80, -30], { start: 1000, days: 8 }).expectancy).toEqual({
      value: 56.25,
      n: 8,
    });
    const { sqn } = ofTrades([1, -0.5, 2, -1, 0.5, 1.5, -0.5, 1], { start: 100, days: 8 });
    expect(sqn.value).toBeCloseTo(1.3229, 4);
  });

  it('CAGR and drawdown', () => {
    expect(ofTrades([111_100], { start: 64_900, days: 1095 }).cagr.value).toBeCloseTo(0.3945, 4);
    const { maxDrawdownRatio } = ofTrades([0, -500, 500, 10_000, -1000], { start: 1000, days: 5 });
    expect(maxDrawdownRatio.value).toBeCloseTo(0.090909, 6);
  });

  it('Sharpe, Sortino and Calmar as its formulas say, worked out by hand', () => {
    // shares [.1, -.05, .02, -.01] over 10 days: mean a day .006, deviation .055, of the losers .02.
    const { sharpe, sortino, calmar } = ofTrades([100, -50, 20, -10], { start: 1000, days: 10 });
    expect(sharpe.value).toBeCloseTo((0.006 / 0.055) * Math.sqrt(365), 10);
    expect(sortino.value).toBeCloseTo((0.006 / 0.02) * Math.sqrt(365), 10);
    expect(calmar.value).toBeCloseTo((0.6 / (50 / 1100)) * Math.sqrt(365), 10);
  });
});

describe('the profiles', () => {
  it('give ours when ours is asked for', () => {
    const input = { equity: [[0, 100] as const, [DAY_MS, 110] as const, [2 * DAY_MS, 104] as const], trades: [5, -1] };
    expect(profileStatistics(input, 'octant')).toEqual(computeStatistics(input));
  });

  it('never give a sentinel: an empty run is null in each', () => {
    for (const profile of STATISTICS_PROFILES) {
      const values = Object.values<Figure>({ ...profileStatistics({ equity: [], trades: [] }, profile) }).map(
        ({ value }) => value,
      );
      expect(values).toEqual(Array(10).fill(null));
    }
  });
});
