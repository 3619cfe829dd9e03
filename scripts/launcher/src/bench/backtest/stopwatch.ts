/** Candles a second of a job over so many of them. */
export function rateOf(candles: number, job: () => unknown): number {
  const startedAt = process.hrtime.bigint();
  job();
  return (candles * 1e9) / Number(process.hrtime.bigint() - startedAt);
}
