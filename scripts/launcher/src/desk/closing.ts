interface Step {
  readonly close: () => Promise<void> | void;
  readonly hurry: (() => void) | undefined;
}

/** What was opened, to be closed in the opposite order, whatever happens. */
export class Closing {
  readonly #steps: Step[] = [];

  add(close: () => Promise<void> | void, hurry?: () => void): void {
    this.#steps.push({ close, hurry });
  }

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /** Closes all; one that fails does not keep the others from closing. @throws AggregateError of the failures. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.at(-1); step !== undefined; step = this.#steps.at(-1)) {
      try {
        await step.close();
      } catch (error) {
        failures.push(error);
      }
      this.#steps.splice(this.#steps.indexOf(step), 1);
    }
    if (failures.length > 0) throw new AggregateError(failures, `closing failed: ${failures.map(String).join('; ')}`);
  }

  /** Makes what is being closed end at once; what comes after it is still closed in its turn. */
  hurry(): void {
    this.#steps.at(-1)?.hurry?.();
  }
}
