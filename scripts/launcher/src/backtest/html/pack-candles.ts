import { gzipSync } from 'node:zlib';
import type { CandleColumns } from '@octant/trading/market/candle-columns';

/** Candles of one symbol as the HTML report carries them. */
export interface PackedCandles {
  readonly symbol: string;
  readonly count: number;
  /** Prices are whole numbers of 1 / scale. */
  readonly scale: number;
  readonly stepMs: number;
  readonly firstOpenMs: number;
  /** Base64 of gzip of varints, column after column; see `packCandles`. */
  readonly data: string;
}

const MOST_PLACES = 8;

/**
 * Packs candles into a few bytes each: five columns of zig-zag varints, one after the other. Steps since the candle before,
 * less one; open less the close before; close less open; high above the body; low below it.
 */
export function packCandles(symbol: string, columns: CandleColumns, stepMs: number): PackedCandles {
  const { length, openTimeMs } = columns;
  const scale = 10 ** placesOf(columns);
  const bytes = new VarintWriter(length * 10);
  const scaled = (column: Float64Array): Float64Array => column.map((price) => Math.round(price * scale));
  const [open, high, low, close] = [columns.open, columns.high, columns.low, columns.close].map(scaled);
  if (open === undefined || high === undefined || low === undefined || close === undefined) {
    throw new TypeError('expected four columns');
  }
  const each = (valueOf: (row: number) => number): void => {
    for (let row = 0; row < length; row += 1) bytes.push(valueOf(row));
  };
  const at = (column: Float64Array, row: number): number => column[row] ?? 0;
  const firstOpenMs = at(openTimeMs, 0);
  each((row) => (row === 0 ? 0 : (at(openTimeMs, row) - at(openTimeMs, row - 1)) / stepMs - 1));
  each((row) => at(open, row) - at(close, row - 1));
  each((row) => at(close, row) - at(open, row));
  each((row) => at(high, row) - Math.max(at(open, row), at(close, row)));
  each((row) => Math.min(at(open, row), at(close, row)) - at(low, row));
  const data = gzipSync(bytes.finish(), { level: 9 }).toString('base64');
  return { symbol, count: length, scale, stepMs, firstOpenMs, data };
}

/** The least number of decimal places that all prices have. */
function placesOf({ open, high, low, close }: CandleColumns): number {
  let places = 0;
  for (const column of [open, high, low, close]) {
    for (const price of column) {
      while (places < MOST_PLACES && !hasPlaces(price, places)) places += 1;
    }
  }
  return places;
}

function hasPlaces(price: number, places: number): boolean {
  const scale = 10 ** places;
  return Math.round(price * scale) / scale === price;
}

/** Seven bits a byte, the lowest first, by arithmetic: prices may need more than 32 bits. */
class VarintWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(64, capacity));
  }

  push(value: number): void {
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    if (this.#length + 10 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
