import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from './crew.js';
import type { Observer } from './observer.js';
import { countUnhandled } from './wait-until-drained.js';

const EVERY_MS = 200;
/** More than the workers hold at once; what is beyond it would only wait. */
const MOST_UNHANDLED = 1_500;

/**
 * Keeps the producer from running away from workers that are slow: on a busy machine a run takes longer, and a fault still
 * meets as many messages as on an idle one.
 */
export class Throttle {
  readonly #observer: Observer;
  readonly #crew: Crew;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(observer: Observer, crew: Crew) {
    this.#observer = observer;
    this.#crew = crew;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // While Redis is away nothing is published anyway, and the limit stays.
      const unhandled = await countUnhandled(this.#observer).catch(() => undefined);
      if (unhandled !== undefined) {
        this.#crew.allow('backlog', this.#crew.published + Math.max(0, MOST_UNHANDLED - unhandled));
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
