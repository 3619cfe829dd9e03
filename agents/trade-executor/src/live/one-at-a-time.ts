import type { Logger } from 'pino';

/** Work that is asked for from many sides and never overlaps itself: what asks during a turn gets one more after it. */
export class OneAtATime {
  readonly #what: string;
  readonly #logger: Logger;
  readonly #work: () => Promise<void>;
  #turn: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(what: string, logger: Logger, work: () => Promise<void>) {
    this.#what = what;
    this.#logger = logger;
    this.#work = work;
  }

  /** A whole turn that begins after this call. @throws what the work throws. */
  run(): Promise<void> {
    if (this.#turn === undefined) return this.#begin();
    const running = this.#turn;
    this.#next ??= running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#turn === undefined ? this.#begin() : this.run();
      });
    return this.#next;
  }

  /** Asks for a turn and does not wait; a failure is logged, the next sweep tries again. */
  nudge(): void {
    this.run().catch((error: unknown) => {
      this.#logger.warn({ err: error }, `${this.#what} failed; the next sweep tries again`);
    });
  }

  #begin(): Promise<void> {
    const turn = this.#work().finally(() => {
      if (this.#turn === turn) this.#turn = undefined;
    });
    this.#turn = turn;
    return turn;
  }
}
