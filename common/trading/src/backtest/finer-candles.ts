import { closeTimeMs } from '../market/timeframe.js';
import { ColumnCandle, rowAt, type DecimalColumns } from '../market/candle-columns.js';
import type { DecimalCandle } from '../market/candle.js';
import type { TimeframeName } from '../messages/envelope.js';

/** How often shorter candles said in which order prices came within a candle, of those in which it mattered. */
export interface FinerUse {
  /** They were there, with the candle's open, high and low among them. */
  readonly used: number;
  /** None was there, or they tell of other prices than the candle: it was taken as it is, the worst first. */
  readonly absent: number;
  readonly differing: number;
}

/** Shorter candles of one symbol, to look into its candles with. */
export class FinerCandles {
  used = 0;
  absent = 0;
  differing = 0;
  readonly #columns: DecimalColumns;
  readonly #finer: DecimalColumns;
  readonly #timeframe: TimeframeName;

  /** `timeframe`: of `columns`, longer than that of `finer`. */
  constructor(columns: DecimalColumns, finer: DecimalColumns, timeframe: TimeframeName) {
    this.#columns = columns;
    this.#finer = finer;
    this.#timeframe = timeframe;
  }

  /** The shorter candles within the candle of a row, in their order, each with the one before it; undefined to take it whole. */
  within(row: number): readonly FinerCandle[] | undefined {
    const fromMs = this.#columns.openTimeMs[row] ?? 0;
    const from = rowAt(this.#finer, fromMs);
    const to = rowAt(this.#finer, closeTimeMs(fromMs, this.#timeframe));
    if (from === to) {
      this.absent += 1;
      return undefined;
    }
    if (!this.#agrees(row, from, to)) {
      this.differing += 1;
      return undefined;
    }
    this.used += 1;
    return Array.from({ length: to - from }, (_, index) => ({
      candle: new ColumnCandle(this.#finer, from + index),
      before: from + index === 0 ? undefined : new ColumnCandle(this.#finer, from + index - 1),
    }));
  }

  #agrees(row: number, from: number, to: number): boolean {
    let low = Infinity;
    let high = -Infinity;
    for (let at = from; at < to; at += 1) {
      low = Math.min(low, this.#finer.low[at] ?? Number.NaN);
      high = Math.max(high, this.#finer.high[at] ?? Number.NaN);
    }
    const { open, low: lows, high: highs } = this.#columns;
    return this.#finer.open[from] === open[row] && low === lows[row] && high === highs[row];
  }
}

export interface FinerCandle {
  readonly candle: DecimalCandle;
  readonly before: DecimalCandle | undefined;
}

/** The sum over all symbols. */
export function finerUseOf(all: readonly (FinerCandles | undefined)[]): FinerUse {
  const sum = (field: keyof FinerUse): number => all.reduce((total, one) => total + (one?.[field] ?? 0), 0);
  return { used: sum('used'), absent: sum('absent'), differing: sum('differing') };
}
