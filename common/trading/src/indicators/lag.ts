/** Remembers the last `distance` values: gives the value that came `distance` pushes earlier. */
export class Lag {
  readonly distance: number;
  readonly #values: Float64Array;
  #count = 0;

  /** @throws RangeError when `distance` is not a whole number of at least 1. */
  constructor(distance: number) {
    if (!Number.isInteger(distance) || distance < 1) {
      throw new RangeError(`distance: expected a whole number of at least 1, was ${String(distance)}`);
    }
    this.distance = distance;
    this.#values = new Float64Array(distance);
  }

  /** Takes the next value and gives the one `distance` before it; NaN for the first `distance` values. */
  push(value: number): number {
    const at = this.#count % this.distance;
    const earlier = this.#count < this.distance ? Number.NaN : (this.#values[at] ?? Number.NaN);
    this.#values[at] = value;
    this.#count += 1;
    return earlier;
  }
}
