import { cagr } from './cagr.js';
import { calmarRatio } from './calmar-ratio.js';
import { expectancy } from './expectancy.js';
import { figureOf, type Figure } from './figure.js';
import { maxDrawdownRatio } from './max-drawdown.js';
import { probabilisticSharpe } from './probabilistic-sharpe.js';
import { profitFactor } from './profit-factor.js';
import { PERIODS_PER_YEAR, sharpeRatio } from './sharpe-ratio.js';
import { simpleReturns } from './simple-returns.js';
import { sortinoRatio } from './sortino-ratio.js';
import { sqn } from './sqn.js';
import { countDecided, winRate } from './win-rate.js';

/** What a run's statistics are computed from. */
export interface StatisticsInput {
  /**
   * [instant, equity in quote currency], ascending: the start, every 00:00 UTC after it, and the end; unrealised PnL
   * included. First and last span may be parts of a day; they count as a period each.
   */
  equity: readonly (readonly [number, number])[];
  /** Net profits of the closed round trips, quote currency. */
  trades: readonly number[];
  /** Drawdown on a finer curve (one point a candle), positive; default: that of `equity`. */
  maxDrawdownRatio?: number;
}

/** The report's `statistics`; `n` counts equity periods for the first five and `psr`, trades for the others. */
export interface Statistics {
  /** Annualised with 365 periods. */
  sharpe: Figure;
  sortino: Figure;
  /** Positive, 0.1 is a fall of 10 %. */
  maxDrawdownRatio: Figure;
  /** Ratio a year. */
  cagr: Figure;
  calmar: Figure;
  winRate: Figure;
  profitFactor: Figure;
  /** Quote currency a trade. */
  expectancy: Figure;
  sqn: Figure;
  /** Probability that the true Sharpe ratio is above 0. */
  psr: Figure;
}

/** All figures of a run; each is null where it is undefined. An empty input gives nulls with n = 0. */
export function computeStatistics(input: StatisticsInput): Statistics {
  const values = input.equity.map(([, value]) => value);
  const periods = Math.max(0, values.length - 1);
  const returns = simpleReturns(values) ?? [];
  const growth = growthOf(input.equity);
  const drawdown = input.maxDrawdownRatio ?? maxDrawdownRatio(values);
  const { trades } = input;
  const { wins, losses } = countDecided(trades);
  return {
    sharpe: figureOf(sharpeRatio(returns, PERIODS_PER_YEAR), periods),
    sortino: figureOf(sortinoRatio(returns, PERIODS_PER_YEAR), periods),
    maxDrawdownRatio: figureOf(drawdown, periods),
    cagr: figureOf(growth, periods),
    calmar: figureOf(calmarRatio(growth, drawdown), periods),
    winRate: figureOf(winRate(trades), wins + losses),
    profitFactor: figureOf(profitFactor(trades), trades.length),
    expectancy: figureOf(expectancy(trades), trades.length),
    sqn: figureOf(sqn(trades), trades.length),
    psr: figureOf(probabilisticSharpe(returns, 0), periods),
  };
}

function growthOf(equity: StatisticsInput['equity']): number | undefined {
  const first = equity[0];
  const last = equity.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return cagr({ startMs: first[0], startEquity: first[1], endMs: last[0], endEquity: last[1] });
}
