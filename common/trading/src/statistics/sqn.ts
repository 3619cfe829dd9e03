import { momentsOf } from './moments.js';

/**
 * System quality number: sqrt(N) times mean / sample deviation of the trades' results. Profits in quote currency and in
 * multiples of a constant risk give the same number. Undefined for fewer than two trades or a deviation of 0.
 *
 * @source V. K. Tharp, "Definitive Guide to Position Sizing" (2008), without his cap on N.
 */
export function sqn(results: readonly number[]): number | undefined {
  const moments = momentsOf(results);
  if (moments === undefined || moments.sampleDeviation === 0) return undefined;
  return (Math.sqrt(moments.n) * moments.mean) / moments.sampleDeviation;
}
