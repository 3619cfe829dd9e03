/** Before anything is known; the first run of a machine that is faster is repeated with more. */
const FIRST_GUESS = 20_000;
const SPARE = 1.4;
const START_SECONDS = 1;

/** How many messages must lie ready so that a consumer does not run out of them; learned from run to run. */
export class Backlog {
  readonly #perSecond = new Map<string, number>();

  /** Messages for a run of `seconds` of what is called `name`. */
  size(name: string, seconds: number): number {
    const perSecond = this.#perSecond.get(name) ?? FIRST_GUESS;
    return Math.ceil(perSecond * SPARE * (seconds + START_SECONDS));
  }

  /** It went through all: the next one gets twice as many. */
  ranOut(name: string): void {
    this.#perSecond.set(name, (this.#perSecond.get(name) ?? FIRST_GUESS) * 2);
  }

  learn(name: string, perSecond: number): void {
    this.#perSecond.set(name, perSecond);
  }
}
