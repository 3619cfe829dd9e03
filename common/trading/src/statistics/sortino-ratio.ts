/**
 * Sortino ratio: mean / downside deviation, times the square root of the periods in a year; the target return is 0.
 * The downside deviation is the root of the mean of min(0, r)^2 over all n returns. Undefined without a loss or a return.
 *
 * @source F. A. Sortino, L. N. Price, "Performance Measurement in a Downside Risk Framework", Journal of Investing 3
 * (1994); all returns in the divisor.
 */
export function sortinoRatio(returns: readonly number[], periodsPerYear: number): number | undefined {
  const n = returns.length;
  const downside = returns.reduce((sum, value) => sum + Math.min(0, value) ** 2, 0);
  if (n === 0 || downside === 0) return undefined;
  const mean = returns.reduce((sum, value) => sum + value, 0) / n;
  return (mean / Math.sqrt(downside / n)) * Math.sqrt(periodsPerYear);
}
