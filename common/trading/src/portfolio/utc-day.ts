/** Milliseconds of a UTC day; UTC has no daylight saving, so every day has the same length. */
export const DAY_MS = 86_400_000;

/** 00:00 UTC of the day that `atMs` is in. */
export function startOfUtcDay(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS;
}

/** `YYYY-MM-DD` of the UTC day that `atMs` is in. */
export function utcDayName(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
