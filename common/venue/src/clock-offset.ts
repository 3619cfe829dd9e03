/** One look at another clock: what it said, between two looks at ours, all in epoch ms. */
export interface ClockSample {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly theirsMs: number;
}

/** Their clock less ours: the median of the samples, half the round trip taken off each. @throws RangeError for none. */
export function medianOffsetMs(samples: readonly ClockSample[]): number {
  const offsets = samples
    .map(({ askedAtMs, answeredAtMs, theirsMs }) => theirsMs - (askedAtMs + answeredAtMs) / 2)
    .sort((a, b) => a - b);
  const upper = offsets[Math.floor(offsets.length / 2)];
  const lower = offsets[Math.floor((offsets.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('expected at least one sample, was none');
  return (lower + upper) / 2;
}

/** Between what the other clock's offset must be. */
export interface OffsetRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What a sample of a clock that tells whole steps only says of its offset: it showed `theirs` at some moment of the round
 * trip, and its true time was up to a step later than that.
 */
export function offsetRangeOf(sample: ClockSample, resolutionMs: number): OffsetRange {
  const { askedAtMs, answeredAtMs, theirsMs } = sample;
  return { fromMs: theirsMs - answeredAtMs, toMs: theirsMs + resolutionMs - askedAtMs };
}

/** What both say; the later one alone where they contradict each other, as after a change of either clock. */
export function narrowRange(earlier: OffsetRange, later: OffsetRange): OffsetRange {
  const fromMs = Math.max(earlier.fromMs, later.fromMs);
  const toMs = Math.min(earlier.toMs, later.toMs);
  return fromMs <= toMs ? { fromMs, toMs } : later;
}

export function middleOf({ fromMs, toMs }: OffsetRange): number {
  return (fromMs + toMs) / 2;
}

/**
 * How long to wait before the next look: if the offset is the middle of the range, their clock then turns to its next step,
 * so that the answer halves the range.
 *
 * @returns 0 up to a step.
 */
export function waitForStepMs(range: OffsetRange, nowMs: number, resolutionMs: number): number {
  const theirs = nowMs + middleOf(range);
  const past = theirs - Math.floor(theirs / resolutionMs) * resolutionMs;
  return past === 0 ? 0 : resolutionMs - past;
}
