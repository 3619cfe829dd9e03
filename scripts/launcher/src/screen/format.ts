/** `1234567.891` with two places becomes `1,234,567.89`; a decimal string keeps its digits, only the rest is cut. */
export function formatAmount(text: string, places = 2): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = ''] = match;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return places === 0 ? `${sign}${grouped}` : `${sign}${grouped}.${fraction.padEnd(places, '0').slice(0, places)}`;
}

/** A ratio in per cent with its sign: `+1.25 %`. */
export function formatRatio(ratio: number): string {
  return `${ratio < 0 ? '-' : '+'}${Math.abs(ratio * 100).toFixed(2)} %`;
}

export function formatBytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : `${Math.round(bytes / 1024 / 1024)} MB`;
}

/** `1:02:03`, hours only where there are some. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** UTC, to the minute: `2026-01-31 12:00`. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

export function formatCount(count: number): string {
  return formatAmount(String(Math.round(count)), 0);
}

/** At most so many characters, the last one an ellipsis when something is cut. */
export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
