import { gzipSync } from 'node:zlib';
import type { DecimalCandle } from '@octant/trading/market/candle';

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
export function packCandles(symbol: string, candles: readonly DecimalCandle[], stepMs: number): PackedCandles {
  const scale = 10 ** placesOf(candles);
  const bytes = new VarintWriter(candles.length * 10);
  const price = (text: string): number => Math.round(Number(text) * scale);
  const [first] = candles;
  let before = (first?.openTimeMs ?? 0) - stepMs;
  for (const { openTimeMs } of candles) {
    bytes.push((openTimeMs - before) / stepMs - 1);
    before = openTimeMs;
  }
  let closeBefore = 0;
  for (const { open, close } of candles) {
    bytes.push(price(open) - closeBefore);
    closeBefore = price(close);
  }
  for (const { open, close } of candles) bytes.push(price(close) - price(open));
  for (const { open, close, high } of candles) bytes.push(price(high) - Math.max(price(open), price(close)));
  for (const { open, close, low } of candles) bytes.push(Math.min(price(open), price(close)) - price(low));
  const data = gzipSync(bytes.finish(), { level: 9 }).toString('base64');
  return { symbol, count: candles.length, scale, stepMs, firstOpenMs: first?.openTimeMs ?? 0, data };
}

function placesOf(candles: readonly DecimalCandle[]): number {
  let places = 0;
  for (const { open, high, low, close } of candles) {
    for (const text of [open, high, low, close]) {
      const dot = text.indexOf('.');
      if (dot !== -1) places = Math.max(places, text.length - dot - 1);
    }
  }
  return Math.min(MOST_PLACES, places);
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
