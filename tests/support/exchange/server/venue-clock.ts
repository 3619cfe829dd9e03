import type { Clock } from '@octant/platform/time/clock';

/** The time as one venue tells it, and the time by which its timers run. */
export class VenueClock {
  readonly #clock: Clock;
  readonly #advance: { ms: number };
  /** Ahead of the real time by so much. */
  skewMs = 0;

  /** Venues of one process share how far their timers were advanced. */
  constructor(clock: Clock, advance: { ms: number }) {
    this.#clock = clock;
    this.#advance = advance;
  }

  /** Epoch ms, stamped on orders and compared with the stamps of requests. */
  now(): number {
    return Math.floor(this.#clock.now() + this.skewMs);
  }

  /** For timers: bans, rate windows, dead-man switches, tokens. */
  timerNow(): number {
    return this.#clock.now() + this.#advance.ms;
  }
}
