/** Lets one work run with no other beside it in this process; the others run side by side as ever. */
export class SoloGate {
  #running = 0;
  #solo = false;
  #waiting: (() => void)[] = [];

  /** Takes part in the crowd; resolved at once, without a turn of the event loop, unless somebody wants to be alone. */
  enter(): Promise<void> | undefined {
    if (!this.#solo) {
      this.#running += 1;
      return undefined;
    }
    return this.#enterLater();
  }

  leave(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#wake();
  }

  /**
   * Waits until nothing else runs, and keeps newcomers out. False when the crowd has not left by the time `patience`
   * resolves: a work of it may itself be waiting for a newcomer, and the caller then joins the crowd instead.
   */
  async enterAlone(patience: Promise<unknown>): Promise<boolean> {
    while (this.#solo) await this.#change();
    this.#solo = true;
    const impatience = patience.then(() => true);
    while (this.#running > 0) {
      const impatient = await Promise.race([this.#change().then(() => false), impatience]);
      if (impatient) {
        this.#solo = false;
        this.#running += 1;
        this.#wake();
        return false;
      }
    }
    return true;
  }

  leaveAlone(): void {
    this.#solo = false;
    this.#wake();
  }

  async #enterLater(): Promise<void> {
    while (this.#solo) await this.#change();
    this.#running += 1;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
