/** Where the continued fraction takes over from the power series. */
const TAIL = 3;

/**
 * Probability that a standard normal number is at most `x`; relative accuracy about 1e-14, also in the lower tail.
 *
 * @source M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 26.2.11 (series) and 26.2.14 (continued
 * fraction).
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const size = Math.abs(x);
  if (size < TAIL) return 0.5 + Math.sign(x) * centralArea(size);
  const tail = tailArea(size);
  return x > 0 ? 1 - tail : tail;
}

function density(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

function centralArea(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return density(x) * sum;
}

function tailArea(x: number): number {
  let fraction = x;
  for (let depth = 120; depth >= 1; depth -= 1) fraction = x + depth / fraction;
  return density(x) / fraction;
}

/**
 * The number that a standard normal one stays below with that probability; -Infinity at 0, Infinity at 1, NaN outside.
 *
 * Bisects to the neighbourhood and polishes by Newton's method on `normalCdf`: accurate to about 1e-13.
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN;
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  if (probability === 1) return Number.POSITIVE_INFINITY;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let low = -39;
  let high = 0;
  for (let step = 0; step < 24; step += 1) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  let x = (low + high) / 2;
  for (let step = 0; step < 4; step += 1) {
    const slope = density(x);
    if (slope === 0) break;
    x -= (normalCdf(x) - probability) / slope;
  }
  return x;
}
