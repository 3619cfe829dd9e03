import { describe, expect, it } from 'vitest';
import { computeStatistics } from './compute-statistics.js';
import type { Figure } from './figure.js';

const DAY_MS = 86_400_000;

describe('the statistics of a run', () => {
  it('are computed by the canon, with n beside each figure', () => {
    const values = [100, 110, 104.5, 125.4, 112.86];
    const statistics: Record<string, Figure> = {
      ...computeStatistics({
        equity: values.map((value, day) => [day * DAY_MS, value] as const),
        trades: [100, 200, 50, -150, 300, -100, 80, -30, 0],
      }),
    };
    const growth = 1.1286 ** (365 / 4) - 1;
    const rounded: Record<string, readonly [number, number]> = {};
    for (const [name, { value, n }] of Object.entries(statistics)) rounded[name] = [Number(value?.toPrecision(8)), n];
    // Computed apart from this code with Python's statistics module.
    expect(rounded).toEqual({
      sharpe: [5.2032851, 4],
      sortino: [12.816006, 4],
      maxDrawdownRatio: [0.1, 4],
      cagr: [Number(growth.toPrecision(8)), 4],
      calmar: [Number((growth / 0.1).toPrecision(8)), 4],
      winRate: [0.625, 8],
      profitFactor: [2.6071429, 9],
      expectancy: [50, 9],
      sqn: [1.0613237, 9],
      psr: [0.6852153, 4],
    });
  });

  it('are null where they are undefined, never a sentinel', () => {
    const nothing = { value: null, n: 0 };
    expect(computeStatistics({ equity: [], trades: [] })).toEqual({
      sharpe: nothing,
      sortino: nothing,
      maxDrawdownRatio: nothing,
      cagr: nothing,
      calmar: nothing,
      winRate: nothing,
      profitFactor: nothing,
      expectancy: nothing,
      sqn: nothing,
      psr: nothing,
    });
  });

  it('of a desk that never traded are flat', () => {
    const { sharpe, maxDrawdownRatio, cagr, calmar, psr } = computeStatistics({
      equity: [
        [0, 1000],
        [DAY_MS, 1000],
        [2 * DAY_MS, 1000],
      ],
      trades: [],
    });
    expect({ sharpe, maxDrawdownRatio, cagr, calmar, psr }).toEqual({
      sharpe: { value: null, n: 2 },
      maxDrawdownRatio: { value: 0, n: 2 },
      cagr: { value: 0, n: 2 },
      calmar: { value: null, n: 2 },
      psr: { value: null, n: 2 },
    });
  });

  it('take a drawdown that was followed candle by candle before that of the samples', () => {
    const equity = [
      [0, 1000],
      [365 * DAY_MS, 1100],
    ] as const;
    const { maxDrawdownRatio, calmar } = computeStatistics({ equity, trades: [], maxDrawdownRatio: 0.05 });
    expect(maxDrawdownRatio.value).toBe(0.05);
    expect(calmar.value).toBeCloseTo(2, 12);
  });

  it('give no growth that is beyond all numbers', () => {
    expect(
      computeStatistics({
        equity: [
          [0, 1],
          [1000, 2],
        ],
        trades: [],
      }).cagr,
    ).toEqual({ value: null, n: 1 });
  });
});
