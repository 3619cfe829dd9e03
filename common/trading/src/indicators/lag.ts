import { assertWholeNumber } from './whole-number.js';

/** Remembers the last `distance` values: gives the value that came `distance` pushes earlier. */
export class Lag {
  readonly distance: number;
  readonly #values: Float64Array;
  #at = 0;

  /** @throws RangeError when `distance` is not a whole number of at least 1. */
  constructor(distance: number) {
    assertWholeNumber('distance', distance, 1);
    this.distance = distance;
    this.#values = new Float64Array(distance).fill(Number.NaN);
  }

  /** Takes the next value and gives the one `distance` before it; NaN for the first `distance` values. */
  push(value: number): number {
    const at = this.#at;
    const earlier = this.#values[at] ?? Number.NaN;
    this.#values[at] = value;
    this.#at = at + 1 === this.distance ? 0 : at + 1;
    return earlier;
  }
}
