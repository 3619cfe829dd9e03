/** Mean, spread and shape of a set of numbers. */
export interface Moments {
  n: number;
  mean: number;
  /** With n - 1; 0 when all values are equal but for rounding. */
  sampleDeviation: number;
  /** Third standardised moment (population form, as Bailey and López de Prado use it); NaN where the deviation is 0. */
  skewness: number;
  /** Fourth standardised moment, raw: 3 for a normal distribution, not 0; NaN where the deviation is 0. */
  kurtosis: number;
}

/** A deviation below this share of the largest value is rounding noise and counts as 0. */
const NOISE = 1e-12;

/** Moments by two passes; undefined for fewer than two values. */
export function momentsOf(values: readonly number[]): Moments | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let largest = 0;
  for (const value of values) {
    const delta = value - mean;
    const square = delta * delta;
    second += square;
    third += square * delta;
    fourth += square * square;
    largest = Math.max(largest, Math.abs(value));
  }
  const deviation = Math.sqrt(second / (n - 1));
  if (deviation <= NOISE * largest) return { n, mean, sampleDeviation: 0, skewness: Number.NaN, kurtosis: Number.NaN };
  const variance = second / n;
  return {
    n,
    mean,
    sampleDeviation: deviation,
    skewness: third / n / variance ** 1.5,
    kurtosis: fourth / n / variance ** 2,
  };
}
