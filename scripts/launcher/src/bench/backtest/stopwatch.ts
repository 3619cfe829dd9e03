/** What takes less is done again and again until so much time has gone by. */
const LEAST_NS = 100_000_000n;

/** Candles a second of a job over so many of them. */
export function rateOf(candles: number, job: () => unknown): number {
  const startedAt = process.hrtime.bigint();
  let runs = 0;
  let elapsed: bigint;
  do {
    job();
    runs += 1;
    elapsed = process.hrtime.bigint() - startedAt;
  } while (elapsed < LEAST_NS);
  return (candles * runs * 1e9) / Number(elapsed);
}
