import { unknownNameText } from '../market/nearest-name.js';
import { seededRandom } from '../market/random.js';
import { Decimal } from '../money/decimal.js';
import type { StrategyParameters } from '../strategies/parameter-spec.js';

/** A strategy's tunable numbers under their names in YAML. */
export type ParameterSet = StrategyParameters;

/** Both ends included, as far as whole steps reach. */
export interface SearchRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** The ranges of a strategy file, by parameter. */
export type SearchSpace = Readonly<Record<string, SearchRange>>;

export interface CandidatesInput {
  readonly space: SearchSpace;
  /** All parameters, in their order; gives the values of those that the space does not name. */
  readonly current: ParameterSet;
  readonly maxTrials: number;
  readonly seed: number | string;
}

/**
 * The parameter sets to try: the whole grid when it has at most `maxTrials` points, else that many points of it drawn with
 * the seed, none twice. An empty space gives the current parameters alone.
 *
 * @throws RangeError when `maxTrials` is no whole number of at least 1, or the space names a parameter that there is not.
 */
export function candidatesOf(input: CandidatesInput): readonly ParameterSet[] {
  const { maxTrials, space, current } = input;
  if (!Number.isInteger(maxTrials) || maxTrials < 1) {
    throw new RangeError(`maxTrials: expected a whole number of at least 1, was ${String(maxTrials)}`);
  }
  const names = Object.keys(current);
  const unknown = Object.keys(space).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new RangeError(`search_space: ${unknownNameText(unknown, names)}`);
  const axes = Object.entries(current).map(([name, value]) => axisOf(name, space[name], value));
  const size = axes.reduce((product, axis) => product * axis.count, 1);
  const points = size <= maxTrials ? Array.from({ length: size }, (_, point) => point) : drawPoints(size, input);
  return points.map((point) => setAt(axes, point));
}

/** The values of one parameter, by index below `count`. */
interface Axis {
  readonly name: string;
  readonly count: number;
  readonly at: (index: number) => number;
}

/** Values are computed in decimals, so that 0.1 + 0.2 is 0.3. */
function axisOf(name: string, range: SearchRange | undefined, current: number): Axis {
  if (range === undefined) return { name, count: 1, at: () => current };
  const steps = Decimal.of(range.max).minus(range.min).div(range.step).floor().toNumber();
  return { name, count: steps + 1, at: (index) => Decimal.of(range.step).times(index).plus(range.min).toNumber() };
}

/**
 * The first `maxTrials` places of a shuffled row of all points, of which only the moved ones are kept.
 *
 * @source R. Durstenfeld, "Algorithm 235: Random permutation", Communications of the ACM 7 (1964), stopped early.
 */
function drawPoints(size: number, { maxTrials, seed }: CandidatesInput): readonly number[] {
  const random = seededRandom(seed);
  const moved = new Map<number, number>();
  return Array.from({ length: maxTrials }, (_, index) => {
    const from = index + Math.floor(random() * (size - index));
    const drawn = moved.get(from) ?? from;
    moved.set(from, moved.get(index) ?? index);
    return drawn;
  });
}

/** Reads a point as digits, one an axis; the last axis runs fastest. */
function setAt(axes: readonly Axis[], point: number): ParameterSet {
  let left = point;
  const values = axes.toReversed().map(({ name, count, at }) => {
    const value = at(left % count);
    left = Math.floor(left / count);
    return [name, value] as const;
  });
  return Object.fromEntries(values.toReversed());
}
