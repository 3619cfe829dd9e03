import { momentsOf } from './moments.js';

/** Crypto trades every day of the year. */
export const PERIODS_PER_YEAR = 365;

/**
 * Sharpe ratio: mean / sample deviation (n - 1) of the returns, times the square root of the periods in a year; no
 * risk-free rate. Undefined for fewer than two returns or a deviation of 0.
 *
 * @source W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994), ex-post form.
 */
export function sharpeRatio(returns: readonly number[], periodsPerYear: number): number | undefined {
  const moments = momentsOf(returns);
  if (moments === undefined || moments.sampleDeviation === 0) return undefined;
  return (moments.mean / moments.sampleDeviation) * Math.sqrt(periodsPerYear);
}
