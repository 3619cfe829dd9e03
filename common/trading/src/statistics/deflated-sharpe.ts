import { normalQuantile } from './normal-distribution.js';
import { probabilisticSharpe } from './probabilistic-sharpe.js';

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * Largest Sharpe ratio to expect from `trials` worthless tries, in units of the deviation of their ratios; grows slowly
 * with the number of tries. Undefined for fewer than two.
 */
export function expectedMaxSharpe(trials: number): number | undefined {
  if (!(trials >= 2)) return undefined;
  return (
    (1 - EULER_MASCHERONI) * normalQuantile(1 - 1 / trials) +
    EULER_MASCHERONI * normalQuantile(1 - 1 / (trials * Math.E))
  );
}

/**
 * Probabilistic Sharpe ratio against the best that luck alone would have given over the tries.
 *
 * @param tries how many parameter sets were tried and the deviation of their per-period Sharpe ratios.
 * @source D. H. Bailey, M. López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014).
 */
export function deflatedSharpe(
  returns: readonly number[],
  tries: { trials: number; sharpeDeviation: number },
): number | undefined {
  const bracket = expectedMaxSharpe(tries.trials);
  return bracket === undefined ? undefined : probabilisticSharpe(returns, tries.sharpeDeviation * bracket);
}
