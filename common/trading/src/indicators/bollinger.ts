import { defineIndicator, windowParameter } from './define-indicator.js';
import { outputOf, overBands, type Bands, type ManyOutputs } from './indicator.js';
import type { IndicatorTarget } from './indicator-definition.js';
import { valueRun } from './indicator-run.js';
import { RollingMoments } from './rolling-moments.js';

/**
 * Bollinger bands: the simple moving average of `window` values, and `deviations` population deviations above and below
 * it. `values`: middle, upper, lower. Warm after `window` values; all three are equal over a flat window. A value that is
 * not finite is skipped (NaN there).
 *
 * @throws RangeError when `window` is not a whole number of at least 1, or `deviations` is not a number of at least 0.
 * @source J. Bollinger, "Bollinger on Bollinger Bands" (2001): 20 values, 2 deviations, divided by n.
 */
export class Bollinger implements ManyOutputs<number, Float64Array> {
  readonly values = new Float64Array(3).fill(Number.NaN);
  readonly #moments: RollingMoments;
  readonly #deviations: number;
  #middle = Number.NaN;
  #reach = Number.NaN;

  constructor(window: number, deviations: number) {
    if (!(deviations >= 0 && Number.isFinite(deviations))) {
      throw new RangeError(`deviations: expected a number of at least 0, was ${String(deviations)}`);
    }
    this.#moments = new RollingMoments(window);
    this.#deviations = deviations;
  }

  push(value: number): void {
    this.#step(value);
    this.values[0] = this.#middle;
    this.values[1] = this.#middle + this.#reach;
    this.values[2] = this.#middle - this.#reach;
  }

  over(values: Float64Array, target: IndicatorTarget): void {
    const middles = outputOf(target, 0);
    const uppers = outputOf(target, 1);
    const lowers = outputOf(target, 2);
    const { from, to } = target;
    for (let row = from; row < to; row += 1) {
      this.#step(values[row] ?? Number.NaN);
      middles[row - from] = this.#middle;
      uppers[row - from] = this.#middle + this.#reach;
      lowers[row - from] = this.#middle - this.#reach;
    }
  }

  #step(value: number): void {
    const moments = this.#moments;
    const known = Number.isFinite(value);
    if (known) moments.push(value);
    const ready = known && moments.ready;
    this.#middle = ready ? moments.mean : Number.NaN;
    this.#reach = ready ? this.#deviations * Math.sqrt(moments.squares / moments.window) : Number.NaN;
  }
}

/** Bollinger bands of a whole series; the first `window - 1` rows are NaN. */
export function bollinger(values: Float64Array, window: number, deviations: number): Bands {
  return overBands(new Bollinger(window, deviations), values, values.length);
}

/** `bollinger` in YAML. */
export const BOLLINGER = defineIndicator({
  name: 'bollinger',
  describe: 'Moving average with bands some population deviations above and below it.',
  input: 'value',
  parameters: {
    window: windowParameter('Values of average and deviation.', 20),
    deviations: { describe: 'Deviations from the middle to a band.', whole: false, min: 0, max: 100, default: 2 },
  },
  outputs: ['middle', 'upper', 'lower'],
  warmup: ({ window }) => window,
  start: ({ window, deviations }) => valueRun(new Bollinger(window, deviations)),
});
