import { momentsOf } from './moments.js';
import { normalCdf } from './normal-distribution.js';

/**
 * Probability that the true Sharpe ratio is above the benchmark, given the length, skewness and raw kurtosis of the
 * returns. Both ratios are per period, not annualised. Undefined for fewer than two returns, a deviation of 0, or
 * moments that make the estimate's variance negative.
 *
 * @source D. H. Bailey, M. López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012).
 */
export function probabilisticSharpe(returns: readonly number[], benchmark: number): number | undefined {
  const moments = momentsOf(returns);
  if (moments === undefined || moments.sampleDeviation === 0) return undefined;
  const sharpe = moments.mean / moments.sampleDeviation;
  const variance = 1 - moments.skewness * sharpe + ((moments.kurtosis - 1) / 4) * sharpe * sharpe;
  if (!(variance > 0)) return undefined;
  return normalCdf(((sharpe - benchmark) * Math.sqrt(moments.n - 1)) / Math.sqrt(variance));
}
