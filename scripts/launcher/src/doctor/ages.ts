const HOUR_S = 3600;

/** Seconds in words that an operator reads at a glance: `12 min`, `5.0 h`, `3.2 days`. */
export function spellSeconds(seconds: number): string {
  if (seconds < HOUR_S) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * HOUR_S) return `${(seconds / HOUR_S).toFixed(1)} h`;
  return `${(seconds / 24 / HOUR_S).toFixed(1)} days`;
}

/** Whether a dotted version is at least another one. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) =>
    text
      .replace(/^v/, '')
      .split('.')
      .map((part) => parseInt(part, 10) || 0),
  );
  for (let place = 0; place < (want?.length ?? 0); place += 1) {
    const difference = (have?.[place] ?? 0) - (want?.[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
