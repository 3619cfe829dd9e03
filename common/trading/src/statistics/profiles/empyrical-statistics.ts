import type { Statistics, StatisticsInput } from '../compute-statistics.js';
import { figureOf, type Figure } from '../figure.js';
import { maxDrawdownRatio } from '../max-drawdown.js';
import { sharpeRatio } from '../sharpe-ratio.js';
import { simpleReturns } from '../simple-returns.js';
import { sortinoRatio } from '../sortino-ratio.js';

const PERIODS_PER_YEAR = 252;
const ABSENT: Figure = { value: null, n: 0 };

/**
 * empyrical's figures of daily returns: 252 periods a year, also in the CAGR; the drawdown is negative, on the samples.
 * It publishes nothing about trades.
 *
 * @source empyrical 0.5.5, stats.py: sharpe_ratio, sortino_ratio, max_drawdown, annual_return, calmar_ratio.
 */
export function empyricalStatistics({ equity }: StatisticsInput): Statistics {
  const values = equity.map(([, value]) => value);
  const returns = simpleReturns(values) ?? [];
  const n = returns.length;
  const [first] = values;
  const last = values.at(-1);
  const growth =
    n === 0 || first === undefined || last === undefined ? undefined : (last / first) ** (PERIODS_PER_YEAR / n) - 1;
  const drawdown = maxDrawdownRatio(values);
  const calmar = growth === undefined || !drawdown ? undefined : growth / drawdown;
  return {
    sharpe: figureOf(sharpeRatio(returns, PERIODS_PER_YEAR), n),
    sortino: figureOf(sortinoRatio(returns, PERIODS_PER_YEAR), n),
    maxDrawdownRatio: figureOf(drawdown === undefined ? undefined : 0 - drawdown, n),
    cagr: figureOf(growth, n),
    calmar: figureOf(calmar, n),
    winRate: ABSENT,
    profitFactor: ABSENT,
    expectancy: ABSENT,
    sqn: ABSENT,
    psr: ABSENT,
  };
}
