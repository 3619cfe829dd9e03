import type { Clock } from '@octant/platform/time/clock';
import type { Logger } from 'pino';

const LONGEST_PAUSE_MS = 5000;

/** Does one thing a key later, off the handlers' lanes, and again with longer pauses while it fails. */
export class Pacer {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #waiting = new Map<string, AbortController>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Replaces what was waiting under the key. */
  later(key: string, delayMs: number, work: () => Promise<void>): void {
    this.cancel(key);
    const controller = new AbortController();
    this.#waiting.set(key, controller);
    void this.#run(key, { delayMs, work, controller });
  }

  cancel(key: string): void {
    this.#waiting.get(key)?.abort();
    this.#waiting.delete(key);
  }

  stop(): void {
    for (const key of [...this.#waiting.keys()]) this.cancel(key);
  }

  async #run(key: string, task: { delayMs: number; work: () => Promise<void>; controller: AbortController }) {
    const { signal } = task.controller;
    await this.#clock.sleep(task.delayMs, signal);
    for (let pauseMs = 100; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        await task.work();
        break;
      } catch (error) {
        this.#logger.warn({ err: error, key }, 'A paced candle could not be published; it is tried again');
        await this.#clock.sleep(pauseMs, signal);
      }
    }
    if (this.#waiting.get(key) === task.controller) this.#waiting.delete(key);
  }
}
