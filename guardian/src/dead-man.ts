import type { Clock } from '@octant/platform/time/clock';
import type { Venue } from '@octant/venue/venue';
import type { Logger } from 'pino';
import type { Sighting, Watch } from './decide-watch.js';

/** Share of the time after which it is wound again. */
const WIND_SHARE = 1 / 3;

export interface DeadManOptions {
  readonly venue: Venue;
  /** 0: it is left alone. */
  readonly deadManMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether there is reason to put the venue's timer off: a heartbeat, or, while Redis is away, an answer of the executor. */
export function mayWind(watch: Watch, sighting: Sighting, afterMs: number): boolean {
  if (watch.phase !== 'watching' && watch.phase !== 'alarm') return false;
  if (sighting.heartbeat.kind === 'unreadable') return sighting.answers;
  return sighting.nowMs - watch.lastBeatMs < afterMs * WIND_SHARE;
}

/** The venue's own timer, which cancels everything unless it is put off again in time. */
export class DeadMan {
  readonly #options: DeadManOptions;
  #woundMs: number | undefined;
  #winding = false;

  constructor(options: DeadManOptions) {
    this.#options = options;
  }

  get isUsed(): boolean {
    return this.#options.deadManMs > 0 && this.#options.venue.features.deadMan;
  }

  /** When it was wound last, monotonic ms. */
  get woundMs(): number | undefined {
    return this.#woundMs;
  }

  /** Puts it off when a third of its time is over. Never throws; a failure is tried again at the next call. */
  async wind(): Promise<void> {
    const { deadManMs, clock } = this.#options;
    const isDue = this.#woundMs === undefined || clock.monotonic() - this.#woundMs >= deadManMs * WIND_SHARE;
    if (!this.isUsed || !isDue || this.#winding) return;
    const startedMs = clock.monotonic();
    if (await this.#set(deadManMs)) this.#woundMs = startedMs;
  }

  /** Ends it: what is stopped on purpose is not dead. Never throws. */
  async end(): Promise<void> {
    if (!this.isUsed || this.#woundMs === undefined) return;
    if (await this.#set(0)) this.#woundMs = undefined;
  }

  async #set(ms: number): Promise<boolean> {
    const { venue, logger } = this.#options;
    this.#winding = true;
    try {
      await venue.cancelAllAfter(ms);
      return true;
    } catch (error) {
      logger.warn({ err: error, ms }, "the venue's dead-man timer cannot be set, trying again");
      return false;
    } finally {
      this.#winding = false;
    }
  }
}
