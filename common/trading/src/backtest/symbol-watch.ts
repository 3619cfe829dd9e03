import { decimalAt, type DecimalColumns } from '../market/candle-columns.js';
import type { Desk } from './desk.js';

/** What has to be known of each symbol to tell whether the desk has to take a step; all arrays by index of the series. */
export class SymbolWatch {
  /** Whether the desk holds it, or something of it rests: its candles are given to the desk. */
  readonly involved: Uint8Array;
  /** Whether a signal to buy, or to sell, leads further than being counted. */
  readonly takesBuy: Uint8Array;
  readonly takesSell: Uint8Array;
  /** Whether the last signal that could have led to an order came to no size: the next ones are sized before the desk has them. */
  readonly refused: Uint8Array;
  /** The symbol's `Wake`. */
  readonly always: Uint8Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly untilMs: Float64Array;
  /** What is held, as the nearest double, and its mark. */
  readonly qty: Float64Array;
  readonly mark: Float64Array;
  /** Row of the last candle since the desk's last step; -1 where there was none. */
  readonly row: Int32Array;
  /** The indexes of the symbols that are held, or that something rests of. */
  held: readonly number[] = [];
  resting: readonly number[] = [];
  readonly #symbols: readonly string[];

  constructor(symbols: readonly string[]) {
    const { length } = symbols;
    this.#symbols = symbols;
    this.involved = new Uint8Array(length);
    this.takesBuy = new Uint8Array(length);
    this.takesSell = new Uint8Array(length);
    this.refused = new Uint8Array(length);
    this.always = new Uint8Array(length);
    this.low = new Float64Array(length);
    this.high = new Float64Array(length);
    this.untilMs = new Float64Array(length);
    this.qty = new Float64Array(length);
    this.mark = new Float64Array(length);
    this.row = new Int32Array(length);
  }

  /** Starts anew after a step of the desk. */
  start(desk: Desk): void {
    const held: number[] = [];
    const resting: number[] = [];
    for (const [index, symbol] of this.#symbols.entries()) {
      const position = desk.ledger.positions[symbol];
      const rests = desk.rests(symbol);
      if (position !== undefined) held.push(index);
      if (rests) resting.push(index);
      this.involved[index] = Number(position !== undefined || rests);
      this.takesBuy[index] = Number(desk.takes(symbol, 'buy'));
      this.takesSell[index] = Number(desk.takes(symbol, 'sell'));
      this.qty[index] = Number(position?.qty ?? 0);
      this.mark[index] = Number(position?.markPrice ?? 0);
      this.row[index] = -1;
      if (!rests) continue;
      const wake = desk.wake(symbol);
      this.always[index] = Number(wake.always);
      this.low[index] = wake.low;
      this.high[index] = wake.high;
      this.untilMs[index] = wake.untilMs;
    }
    this.held = held;
    this.resting = resting;
  }

  takes(index: number, side: 'buy' | 'sell'): boolean {
    return (side === 'buy' ? this.takesBuy[index] : this.takesSell[index]) === 1;
  }

  /** The closes at those rows, by symbol; symbols without a row are left out. `rows` is in the order of `held`. */
  closesAt(rows: readonly number[], series: readonly DecimalColumns[]): Record<string, string> {
    const closes: Record<string, string> = {};
    for (const [at, index] of this.held.entries()) {
      const row = rows[at] ?? -1;
      const columns = series[index];
      const symbol = this.#symbols[index];
      if (row >= 0 && columns !== undefined && symbol !== undefined) closes[symbol] = decimalAt(columns, 'close', row);
    }
    return closes;
  }

  /** The last rows of the symbols that are held, in the order of `held`. */
  heldRows(): number[] {
    return this.held.map((index) => this.row[index] ?? -1);
  }
}
