import type { Logger } from 'pino';
import type { Clock } from './clock.js';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 2_000;
const COMPLAIN_EVERY_MS = 5_000;

/**
 * Repeats `attempt` until it succeeds, with growing pauses up to 2 s. Logs at the first failure and every 5 s after it
 * that it waits and why, and once when the wait is over. Resolves early when `signal` aborts.
 */
export async function waitFor(options: {
  what: string;
  attempt: () => Promise<void>;
  logger: Logger;
  clock: Clock;
  signal?: AbortSignal;
}): Promise<void> {
  const { what, logger, clock, signal } = options;
  const startedAtMs = clock.monotonic();
  let complainedAtMs: number | undefined;
  for (let delayMs = FIRST_DELAY_MS; signal?.aborted !== true; delayMs = Math.min(LONGEST_DELAY_MS, delayMs * 2)) {
    try {
      await options.attempt();
      const waitedMs = Math.round(clock.monotonic() - startedAtMs);
      if (complainedAtMs !== undefined) logger.info({ waitedMs }, `${what} is there, going on`);
      return;
    } catch (error) {
      const nowMs = clock.monotonic();
      if (complainedAtMs === undefined || nowMs - complainedAtMs >= COMPLAIN_EVERY_MS) {
        complainedAtMs = nowMs;
        const reason = error instanceof Error ? error.message : String(error);
        logger.warn({ reason, waitedMs: Math.round(nowMs - startedAtMs) }, `waiting for ${what}`);
      }
    }
    await clock.sleep(delayMs, signal);
  }
}
