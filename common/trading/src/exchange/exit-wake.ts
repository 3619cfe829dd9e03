import type { Instrument } from '../market/instrument.js';
import { stopLevelOf, targetLevelOf, type RestingExits } from './resting-exits.js';

/**
 * When a symbol's next candle matters to the exchange. A candle whose low is strictly above `low`, whose high is strictly
 * below `high` and that opens before `untilMs` fills nothing, triggers nothing and moves no trailing stop; unless `always`,
 * when every candle matters. -Infinity, Infinity and Infinity where there is nothing to wake for.
 */
export interface Wake {
  readonly low: number;
  readonly high: number;
  readonly untilMs: number;
  readonly always: boolean;
}

/** Nothing rests. */
export const ASLEEP: Wake = { low: -Infinity, high: Infinity, untilMs: Infinity, always: false };

/** The wake of one symbol's exits: the levels of all, and the high that a trailing stop would follow. */
export function wakeOfExits(exits: readonly RestingExits[], { tickSize }: Pick<Instrument, 'tickSize'>): Wake {
  let { low, high, untilMs, always } = ASLEEP;
  for (const each of exits) {
    const target = targetLevelOf(each, tickSize);
    low = Math.max(low, stopLevelOf(each)?.level.toNumber() ?? -Infinity);
    if (target !== undefined) high = Math.min(high, target.toNumber());
    if (each.entry.exits?.trailingDistance !== undefined) high = Math.min(high, Number(each.highPrice));
    untilMs = Math.min(untilMs, each.timeStopMs ?? Infinity);
    always ||= each.sold !== undefined;
  }
  return { low, high, untilMs, always };
}
