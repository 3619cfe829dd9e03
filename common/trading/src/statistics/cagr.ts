const DAY_MS = 86_400_000;

/**
 * Compound annual growth as a ratio (0.1 is 10 % a year) over calendar days / 365. Undefined when no time passes, the
 * start is not above 0 or the end is below 0.
 */
export function cagr(span: {
  startEquity: number;
  endEquity: number;
  startMs: number;
  endMs: number;
}): number | undefined {
  const years = (span.endMs - span.startMs) / DAY_MS / 365;
  if (!(years > 0) || span.startEquity <= 0 || span.endEquity < 0) return undefined;
  return (span.endEquity / span.startEquity) ** (1 / years) - 1;
}
