import type { Report } from '../backtest/report.js';

/** The figures that parameter sets are ranked and reported by. */
export interface TrialFigures {
  /** Null where it is undefined: fewer than two days, or an equity that never moved. */
  readonly sharpe: number | null;
  /** Positive, at every close. */
  readonly maxDrawdownRatio: number;
  readonly winRate: number | null;
  /** Closed round trips. */
  readonly trades: number;
  /** Final over start equity, less 1. */
  readonly returnRatio: number;
}

/** The figures of a backtest. */
export function figuresOf(report: Report): TrialFigures {
  return {
    sharpe: report.statistics.sharpe.value,
    maxDrawdownRatio: report.maxDrawdownRatio,
    winRate: report.statistics.winRate.value,
    trades: report.statistics.expectancy.n,
    returnRatio: Number(report.finalEquityQuote) / Number(report.startEquityQuote) - 1,
  };
}

/**
 * Orders figures best first: the higher Sharpe ratio, an undefined one last; at equal ratios the smaller drawdown. 0 when
 * neither is better.
 */
export function compareFigures(a: TrialFigures, b: TrialFigures): number {
  if (a.sharpe !== b.sharpe) {
    if (a.sharpe === null) return 1;
    if (b.sharpe === null) return -1;
    return b.sharpe - a.sharpe;
  }
  return a.maxDrawdownRatio - b.maxDrawdownRatio;
}
