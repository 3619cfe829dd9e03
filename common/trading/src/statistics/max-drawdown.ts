/** The deepest fall of an equity curve; both figures are positive, 0 for a curve that never falls. */
export interface Drawdown {
  /** Largest fall below an earlier peak, quote currency. */
  quote: number;
  /** That fall as a share of its peak. A fall from a lower peak may have a larger share: see `maxDrawdownRatio`. */
  ratio: number;
}

/**
 * Largest fall below an earlier peak as a share of that peak, 0 to 1 (above 1 when equity goes below 0). The first point is
 * the starting equity. Undefined for an empty curve or a first point that is not above 0.
 */
export function maxDrawdownRatio(equity: readonly number[]): number | undefined {
  const [start] = equity;
  if (start === undefined || start <= 0) return undefined;
  let peak = start;
  let deepest = 0;
  for (const value of equity) {
    if (value > peak) peak = value;
    deepest = Math.max(deepest, (peak - value) / peak);
  }
  return deepest;
}

/** Largest fall in quote currency with its share of the peak; undefined as `maxDrawdownRatio`. */
export function maxDrawdownQuote(equity: readonly number[]): Drawdown | undefined {
  const [start] = equity;
  if (start === undefined || start <= 0) return undefined;
  let peak = start;
  let deepest: Drawdown = { quote: 0, ratio: 0 };
  for (const value of equity) {
    if (value > peak) peak = value;
    if (peak - value > deepest.quote) deepest = { quote: peak - value, ratio: (peak - value) / peak };
  }
  return deepest;
}
