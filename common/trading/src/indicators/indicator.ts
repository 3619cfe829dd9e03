/** A value computed from a growing series, one value at a time. */
export interface Indicator {
  /** Takes the next value and gives the indicator there; NaN while it is not warm or undefined. */
  push(value: number): number;
}

/**
 * Runs an indicator over a whole series: same length, NaN where the indicator has no value. Batch and streaming agree
 * bit for bit because they are the same computation.
 */
export function overSeries(indicator: Indicator, values: Float64Array): Float64Array {
  const results = new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    results[index] = indicator.push(values[index] ?? Number.NaN);
  }
  return results;
}
