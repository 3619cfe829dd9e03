import { InvalidArgumentError } from 'commander';

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `10m`, `2h`, `1d` (also `ms`) in ms. */
export function parseDuration(text) {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError(`expected a duration like 30s, 10m, 2h or 1d, was "${text}"`);
  return Number(amount) * UNITS_MS[unit];
}

/** A number of ms in the largest unit that leaves something: `9s`, `12m`, `3h`, `5d`. */
export function showDuration(ms) {
  const [unit] = Object.entries(UNITS_MS).findLast(([, unitMs]) => ms >= unitMs) ?? ['ms'];
  return `${Math.floor(ms / UNITS_MS[unit])}${unit}`;
}
