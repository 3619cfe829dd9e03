import { cagr } from '../cagr.js';
import type { Statistics, StatisticsInput } from '../compute-statistics.js';
import { expectancy } from '../expectancy.js';
import { figureOf, type Figure } from '../figure.js';
import { maxDrawdownQuote } from '../max-drawdown.js';
import { profitFactor } from '../profit-factor.js';
import { sqn } from '../sqn.js';

const DAY_MS = 86_400_000;
const DAYS_PER_YEAR = 365;
const ABSENT: Figure = { value: null, n: 0 };

/**
 * freqtrade's figures, which rest on closed trades and not on equity samples. Sharpe and Sortino divide the profit a day,
 * as a share of the starting balance, by the population deviation of the trades (of the losing ones for Sortino); Calmar
 * divides per cent a day by the drawdown; the drawdown is the share lost in the largest fall in money. Win rate over all
 * trades. Where freqtrade says -100, this says null.
 *
 * @source freqtrade 2025, data/metrics.py: calculate_sharpe, calculate_sortino, calculate_calmar, calculate_max_drawdown,
 * calculate_cagr, calculate_expectancy, calculate_sqn.
 */
export function freqtradeStatistics({ equity, trades }: StatisticsInput): Statistics {
  const first = equity[0];
  const last = equity.at(-1);
  const n = trades.length;
  const start = first?.[1] ?? 0;
  const days = Math.max(1, Math.floor(((last?.[0] ?? 0) - (first?.[0] ?? 0)) / DAY_MS));
  const shares = trades.map((profit) => profit / start);
  const perDay = shares.reduce((sum, share) => sum + share, 0) / days;
  const yearly = Math.sqrt(DAYS_PER_YEAR);
  const drawdown = n === 0 ? undefined : maxDrawdownQuote(curveOf(start, trades));
  const losers = shares.filter((share) => share < 0);
  return {
    sharpe: figureOf(ratioOf(perDay, deviationOf(shares), yearly), n),
    sortino: figureOf(ratioOf(perDay, deviationOf(losers), yearly), n),
    maxDrawdownRatio: figureOf(drawdown?.ratio, n),
    cagr: figureOf(growthOf(equity), Math.max(0, equity.length - 1)),
    calmar: figureOf(ratioOf(perDay * 100, drawdown?.ratio, yearly), n),
    winRate: figureOf(n === 0 ? undefined : trades.filter((profit) => profit > 0).length / n, n),
    profitFactor: figureOf(profitFactor(trades), n),
    expectancy: figureOf(expectancy(trades), n),
    sqn: figureOf(sqn(shares), n),
    psr: ABSENT,
  };
}

function ratioOf(value: number, divisor: number | undefined, factor: number): number | undefined {
  return divisor === undefined || divisor === 0 ? undefined : (value / divisor) * factor;
}

/** Population deviation, divided by n; undefined without a value. */
function deviationOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function curveOf(start: number, profits: readonly number[]): number[] {
  let value = start;
  return [start, ...profits.map((profit) => (value += profit))];
}

function growthOf(equity: StatisticsInput['equity']): number | undefined {
  const first = equity[0];
  const last = equity.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return cagr({ startMs: first[0], startEquity: first[1], endMs: last[0], endEquity: last[1] });
}
