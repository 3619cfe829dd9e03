import { sharpeRatio } from './sharpe-ratio.js';

/** What the symmetric cross-validation of some trials says about choosing the best of them. */
export interface OverfittingProbability {
  /** Share of splits in which the trial that was best in sample is not above the median out of sample, 0 to 1. */
  value: number;
  /** Splits that could be judged. */
  n: number;
}

/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation: the periods are cut into `blocks`
 * runs; for each choice of half of them the trial with the best Sharpe ratio on these is ranked among all trials on the
 * other half. Its rank, as a share of the trials + 1, is turned into a logit; the probability is the share of logits that
 * are at most 0. Equal ratios share their mean rank, and the first of equal winners is chosen.
 *
 * @param trials returns per period of each trial, all of the same length and over the same periods. Periods beyond a
 * whole multiple of `blocks` are left out at the beginning.
 * @param blocks even, 2 to 20; default 16, which gives 12,870 splits.
 * @returns undefined for fewer than two trials, fewer than two periods a block, or where no split has a ratio.
 * @throws RangeError for a number of blocks that is out of range, or trials of several lengths.
 * @source D. H. Bailey, J. Borwein, M. López de Prado, Q. J. Zhu, "The Probability of Backtest Overfitting", Journal of
 * Computational Finance 20 (2017), section 3.
 */
export function overfittingProbability(
  trials: readonly (readonly number[])[],
  blocks = 16,
): OverfittingProbability | undefined {
  assertShape(trials, blocks);
  const periods = trials[0]?.length ?? 0;
  const blockLength = Math.floor(periods / blocks);
  if (trials.length < 2 || blockLength < 2) return undefined;
  const skipped = periods - blockLength * blocks;
  let n = 0;
  let overfitted = 0;
  for (const chosen of halvesOf(blocks)) {
    const share = outOfSampleShare(trials, (period) =>
      period < skipped ? undefined : chosen.has(Math.floor((period - skipped) / blockLength)),
    );
    if (share === undefined) continue;
    n += 1;
    if (Math.log(share / (1 - share)) <= 0) overfitted += 1;
  }
  return n === 0 ? undefined : { value: overfitted / n, n };
}

function assertShape(trials: readonly (readonly number[])[], blocks: number): void {
  if (!Number.isInteger(blocks) || blocks < 2 || blocks > 20 || blocks % 2 !== 0) {
    throw new RangeError(`blocks: expected an even number from 2 to 20, was ${String(blocks)}`);
  }
  const length = trials[0]?.length;
  const other = trials.find((trial) => trial.length !== length);
  if (other !== undefined) {
    throw new RangeError(`trials: expected ${String(length)} returns each, was ${String(other.length)}`);
  }
}

/** Rank of the in-sample winner out of sample / (trials + 1), inside (0, 1); undefined where no trial has a ratio. */
function outOfSampleShare(
  trials: readonly (readonly number[])[],
  isInSample: (period: number) => boolean | undefined,
): number | undefined {
  const ratio = (trial: readonly number[], wanted: boolean): number =>
    sharpeRatio(
      trial.filter((_, period) => isInSample(period) === wanted),
      1,
    ) ?? 0;
  const inSample = trials.map((trial) => ratio(trial, true));
  if (inSample.every((value) => value === 0)) return undefined;
  const winner = inSample.indexOf(Math.max(...inSample));
  const outside = trials.map((trial) => ratio(trial, false));
  const own = outside[winner] ?? 0;
  const below = outside.filter((value) => value < own).length;
  const equal = outside.filter((value) => value === own).length;
  return (below + (equal + 1) / 2) / (trials.length + 1);
}

/** All choices of half of the blocks. */
function* halvesOf(blocks: number): Generator<ReadonlySet<number>> {
  const half = blocks / 2;
  for (let bits = 0; bits < 2 ** blocks; bits += 1) {
    const chosen = new Set<number>();
    for (let block = 0; block < blocks; block += 1) if (((bits >>> block) & 1) === 1) chosen.add(block);
    if (chosen.size === half) yield chosen;
  }
}
