import type { Logger } from 'pino';
import type { Clock } from '../time/clock.js';

/** Thrown out of a wait when the agent is told to stop meanwhile. */
export class StoppedWhileWaiting extends Error {
  constructor(what: string) {
    super(`expected ${what}, was told to stop`);
    this.name = 'StoppedWhileWaiting';
  }
}

const firstPauseMs = 100;
const longestPauseMs = 2000;
/** A long wait says again that it goes on. */
const repeatMs = 15_000;

export interface Waiting {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Tries `check` until it does not throw, with growing pauses; says at once what it waits for, and again every 15 s.
 * @throws StoppedWhileWaiting when `signal` aborts.
 */
export async function waitFor(what: string, check: () => Promise<void>, waiting: Waiting): Promise<void> {
  const { clock, logger, signal } = waiting;
  const startedMs = clock.monotonic();
  let saidAtMs: number | undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    if (signal.aborted) throw new StoppedWhileWaiting(what);
    const reason = await failureOf(check);
    if (reason === undefined) break;
    const nowMs = clock.monotonic();
    if (saidAtMs === undefined || nowMs - saidAtMs >= repeatMs) {
      logger.warn({ reason, waitedMs: Math.round(nowMs - startedMs) }, `waiting for ${what}: ${reason}`);
      saidAtMs = nowMs;
    }
    await clock.sleep(pauseMs, signal);
  }
  if (saidAtMs !== undefined) logger.info({ waitedMs: Math.round(clock.monotonic() - startedMs) }, `${what}: here now`);
}

async function failureOf(check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
