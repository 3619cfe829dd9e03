import type { Clock } from '@octant/platform/time/clock';
import type { Logger } from 'pino';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** What every action at the venue is given. */
export interface Work {
  readonly logger: Logger;
  readonly clock: Clock;
  /** False once the executor beats again, or the guardian stops. */
  readonly goesOn: () => boolean;
  /** Waits longer each round, and at least as long as the venue asked for. */
  readonly pause: (round: number, retryAfterMs?: number) => Promise<void>;
}

/** Work that goes on while `goesOn` says so. */
export function openWork(parts: Omit<Work, 'pause'> & { readonly stopping: AbortSignal }): Work {
  const { clock, stopping } = parts;
  return {
    ...parts,
    pause: (round, retryAfterMs = 0) => {
      const backoffMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(round, 10));
      return clock.sleep(Math.max(backoffMs, retryAfterMs), stopping);
    },
  };
}
