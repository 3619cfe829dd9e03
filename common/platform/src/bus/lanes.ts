interface Lane {
  readonly waiting: (() => Promise<void>)[];
  held: boolean;
}

/** Serial lanes by key: works of one key run one after the other in the order they came, different keys side by side. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /** Runs `work` when all that came before it in its lane has ended; a failure of one does not touch the next. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const step = () => work().then(resolve, reject);
      const lane = this.#lanes.get(key);
      if (lane !== undefined) {
        lane.waiting.push(step);
        return;
      }
      const opened: Lane = { waiting: [], held: false };
      this.#lanes.set(key, opened);
      void this.#drain(key, opened, step);
    });
  }

  /** Notes that the work at the head of the lane waits for a retry, or goes on. */
  hold(key: string, held: boolean): void {
    const lane = this.#lanes.get(key);
    if (lane !== undefined) lane.held = held;
  }

  /** Works that wait behind a held head, over all lanes. */
  get heldBack(): number {
    let count = 0;
    for (const lane of this.#lanes.values()) if (lane.held) count += lane.waiting.length;
    return count;
  }

  /** Keys with something running or waiting. */
  get size(): number {
    return this.#lanes.size;
  }

  async #drain(key: string, lane: Lane, first: () => Promise<void>): Promise<void> {
    for (let step: (() => Promise<void>) | undefined = first; step !== undefined; step = lane.waiting.shift()) {
      await step();
    }
    this.#lanes.delete(key);
  }
}
