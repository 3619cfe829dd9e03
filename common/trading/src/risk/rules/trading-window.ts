import type { Refusal } from '../refusals.js';
import type { RiskInput } from '../risk-input.js';
import type { RiskPolicy, TradingWindow } from '../risk-policy.js';

const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1440;

/** Refuses new exposure outside the hours of trading, UTC. */
export function tradingWindow(input: RiskInput, policy: RiskPolicy): Refusal | undefined {
  const minute = Math.floor(input.atMs / MINUTE_MS) % MINUTES_A_DAY;
  const missed = policy.tradingWindows.find((window) => !isInside(minute, window));
  if (missed === undefined) return undefined;
  const hours = `${clockTime(missed.startMinute)} to ${clockTime(missed.endMinute)} UTC`;
  return { code: 'trading_window', reason: `expected a time within ${hours}, was ${clockTime(minute)}` };
}

function isInside(minute: number, { startMinute, endMinute }: TradingWindow): boolean {
  return startMinute <= endMinute
    ? minute >= startMinute && minute <= endMinute
    : minute >= startMinute || minute <= endMinute;
}

function clockTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
