/**
 * Tells when an outage, not a message, makes handlers fail: so many different messages failed transiently, one after
 * another, without a success between. It closes with the first success.
 */
export class Breaker {
  readonly #threshold: number;
  readonly #failing = new Set<string>();

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  get open(): boolean {
    return this.#failing.size >= this.#threshold;
  }

  /** True when this failure opened it. */
  onTransientFailure(entry: string): boolean {
    const before = this.open;
    this.#failing.add(entry);
    return !before && this.open;
  }

  /** True when this success closed it. */
  onSuccess(): boolean {
    const before = this.open;
    if (this.#failing.size > 0) this.#failing.clear();
    return before;
  }

  /** Forgets a message that is nobody's concern here any more. */
  forget(entry: string): void {
    this.#failing.delete(entry);
  }
}
