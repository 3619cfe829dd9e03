import type { CandleColumns, DecimalColumns } from '../market/candle-columns.js';
import { emptySignals, type SignalColumns } from '../strategies/signal-columns.js';
import { signalAt } from '../strategies/signal-at.js';
import type { StrategyRun, StrategySignal } from '../strategies/strategy.js';

/** The signals of one series, computed a window of rows at a time. */
export class SignalWindow {
  /** Row of element 0 of `side`. */
  from = 0;
  /** 1 buy, -1 sell, 0 none; element `row - from`. */
  readonly side: Int8Array;
  readonly #columns: DecimalColumns;
  readonly #run: StrategyRun;
  readonly #signals: SignalColumns;
  #to = 0;

  /** `length`: the most rows that a window has. */
  constructor(columns: DecimalColumns, run: StrategyRun, length: number) {
    this.#columns = columns;
    this.#run = run;
    this.#signals = emptySignals(Math.min(length, columns.length));
    this.side = this.#signals.side;
  }

  /** Takes the next `count` rows. */
  advance(count: number): void {
    this.from = this.#to;
    this.#to += count;
    const range = { from: this.from, to: this.#to };
    if (this.#run.onColumns === undefined) this.#oneByOne(range);
    else this.#run.onColumns(this.#columns, range, this.#signals);
  }

  /** The signal of a row of the window. */
  at(row: number): StrategySignal | undefined {
    return signalAt(this.#signals, row - this.from);
  }

  #oneByOne({ from, to }: { readonly from: number; readonly to: number }): void {
    const { side, confidence, exits } = this.#signals;
    exits.clear();
    for (let row = from; row < to; row += 1) {
      const signal = this.#run.onCandle(candleAt(this.#columns, row));
      side[row - from] = signal === undefined ? 0 : signal.side === 'buy' ? 1 : -1;
      if (signal === undefined) continue;
      confidence[row - from] = signal.confidence;
      if (signal.exits !== undefined) exits.set(row - from, signal.exits);
    }
  }
}

function candleAt(columns: CandleColumns, row: number): Parameters<StrategyRun['onCandle']>[0] {
  const value = (column: Float64Array): number => column[row] ?? Number.NaN;
  return {
    openTimeMs: value(columns.openTimeMs),
    open: value(columns.open),
    high: value(columns.high),
    low: value(columns.low),
    close: value(columns.close),
    volume: value(columns.volume),
  };
}
