import type { Series } from './read-series.js';

/** How far a replay is, by the close time of its last step. */
export class ReplayProgress {
  readonly total: number;
  readonly #openTimes: Float64Array;
  readonly #candleMs: number;

  constructor(series: readonly Series[], candleMs: number) {
    this.#openTimes = Float64Array.from(
      series.flatMap(({ candles }) => candles.map(({ openTimeMs }) => openTimeMs)),
    ).sort();
    this.#candleMs = candleMs;
    this.total = this.#openTimes.length;
  }

  /** Candles of all symbols that closed up to then. */
  done(lastCloseTimeMs: number | null): number {
    if (lastCloseTimeMs === null) return 0;
    const lastOpenMs = lastCloseTimeMs - this.#candleMs;
    let low = 0;
    let high = this.#openTimes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#openTimes[middle] ?? Infinity) <= lastOpenMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
