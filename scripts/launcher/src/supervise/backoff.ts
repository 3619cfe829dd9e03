const FIRST_MS = 100;
const MOST_MS = 5000;
/** A program that lived this long before it died starts again without a wait that grows. */
const HEALTHY_MS = 10_000;

/** Wait before the next start: 100 ms, doubled for every death in a row up to 5 s; a life of 10 s resets it. */
export function nextBackoffMs(previousMs: number | undefined, livedMs: number): number {
  if (previousMs === undefined || livedMs >= HEALTHY_MS) return FIRST_MS;
  return Math.min(previousMs * 2, MOST_MS);
}
