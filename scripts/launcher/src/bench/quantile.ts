/**
 * The q-quantile (0 to 1) of durations that were only seen as whole milliseconds: each counts as spread evenly over the
 * millisecond around it, so that a quantile of many is finer than one of them.
 * @throws RangeError for no values.
 */
export function quantileOfWholeMs(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = q * sorted.length;
  const at = sorted[Math.min(sorted.length - 1, Math.floor(rank))];
  if (at === undefined) throw new RangeError('expected at least one value, was none');
  const below = sorted.filter((value) => value < at).length;
  const same = sorted.filter((value) => value === at).length;
  return Math.max(0, at - 0.5 + (rank - below) / same);
}

/** @throws RangeError for no values. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('expected at least one value, was none');
  return (lower + upper) / 2;
}

/** The q-quantile (0 to 1), interpolated between the two values next to its rank. @throws RangeError for no values. */
export function quantileOf(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const lower = sorted[Math.floor(rank)];
  const upper = sorted[Math.ceil(rank)];
  if (lower === undefined || upper === undefined) throw new RangeError('expected at least one value, was none');
  return lower + (upper - lower) * (rank - Math.floor(rank));
}
