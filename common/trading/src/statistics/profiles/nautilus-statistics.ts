import type { Statistics, StatisticsInput } from '../compute-statistics.js';
import { expectancy } from '../expectancy.js';
import { figureOf, type Figure } from '../figure.js';
import { profitFactor } from '../profit-factor.js';
import { simpleReturns } from '../simple-returns.js';
import { empyricalStatistics } from './empyrical-statistics.js';

const ABSENT: Figure = { value: null, n: 0 };

/**
 * NautilusTrader's portfolio statistics: Sharpe, Sortino, drawdown (negative) and CAGR of daily returns at 252 a year, as
 * empyrical's; the profit factor is that of the returns, and a trade of 0 counts among the losers.
 *
 * @source NautilusTrader 1.2xx, crates/analysis/src/statistics: sharpe_ratio, sortino_ratio, max_drawdown, cagr,
 * calmar_ratio, win_rate, profit_factor, expectancy.
 */
export function nautilusStatistics(input: StatisticsInput): Statistics {
  const { trades } = input;
  const returns = simpleReturns(input.equity.map(([, value]) => value)) ?? [];
  const winners = trades.filter((profit) => profit > 0).length;
  return {
    ...empyricalStatistics(input),
    winRate: figureOf(trades.length === 0 ? undefined : winners / trades.length, trades.length),
    profitFactor: figureOf(profitFactor(returns), returns.length),
    expectancy: figureOf(expectancy(trades), trades.length),
    sqn: ABSENT,
    psr: ABSENT,
  };
}
