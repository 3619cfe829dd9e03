import type { LiveDesk } from './live-desk.js';

/**
 * Measures how far the venue's clock is from ours, and refuses new exposure while that is more than allowed: requests with a
 * time and an expiry would be judged by a clock that is not the one they were written by.
 */
export async function measureClock(desk: LiveDesk): Promise<void> {
  const { maxOffsetMs } = desk.settings().clock;
  try {
    const offsetMs = await desk.venue.clockOffsetMs();
    desk.metrics.clockOffset(offsetMs);
    if (Math.abs(offsetMs) <= maxOffsetMs) {
      desk.gate.open('clock');
      return;
    }
    const text = `expected the exchange's clock within ${String(maxOffsetMs)} ms of ours, was ${String(Math.round(offsetMs))} ms off`;
    desk.gate.close('clock', text);
    desk.logger.warn({ offsetMs }, text);
  } catch (error) {
    desk.gate.close('clock', 'the exchange did not tell its time');
    desk.logger.warn({ err: error }, 'the exchange did not tell its time; no new exposure');
  }
}

/** A key that may take money away, or that may not trade, is not traded with. What the venue does not tell passes. */
export async function checkKey(desk: LiveDesk): Promise<void> {
  try {
    const { mayTrade, mayWithdraw } = await desk.venue.keyRights();
    const fault =
      mayWithdraw === true
        ? 'expected a key that may not withdraw, was one that may'
        : mayTrade === false
          ? 'expected a key that may trade, was one that may not'
          : undefined;
    if (fault === undefined) desk.gate.open('key');
    else desk.gate.close('key', fault);
    if (fault !== undefined) desk.logger.error({ exchange: desk.venue.id }, fault);
  } catch (error) {
    desk.gate.close('key', 'the exchange did not tell what the key may do');
    desk.logger.warn({ err: error }, 'the exchange did not tell what the key may do; no new exposure');
  }
}
