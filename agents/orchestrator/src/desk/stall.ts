import type { Logger } from 'pino';

/** Remembers, between turns, that a step waits because another agent could not be asked. */
export class Stall {
  readonly #logger: Logger;
  #isStalled = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  readonly note = (error: Error): void => {
    if (!this.#isStalled) this.#logger.warn({ err: error }, 'a step waits: an agent could not be asked');
    this.#isStalled = true;
  };

  /** Whether there was one since the last call. */
  take(): boolean {
    const was = this.#isStalled;
    this.#isStalled = false;
    return was;
  }
}
