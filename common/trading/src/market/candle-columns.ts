import { Decimal } from '../money/decimal.js';
import type { Candle, DecimalCandle } from './candle.js';

/**
 * Candles of one symbol and timeframe as columns: five `Float64Array` of `length` elements beside the open times, in
 * rising time. Prices in quote currency, volume in base currency. Row `i` is the same candle in each.
 */
export interface CandleColumns {
  readonly length: number;
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/**
 * Columns whose decimals can be had back: `exact` holds the text of every value that its double does not stand for (more
 * than 15 significant digits, as a rule) by `exactKey`; all others are their double's shortest text. 48 bytes a candle.
 */
export interface DecimalColumns extends CandleColumns {
  readonly exact: ReadonlyMap<number, string>;
}

export type CandleField = 'open' | 'high' | 'low' | 'close' | 'volume';

const FIELDS: readonly CandleField[] = ['open', 'high', 'low', 'close', 'volume'];
const FIELD_INDEX: Readonly<Record<CandleField, number>> = { open: 0, high: 1, low: 2, close: 3, volume: 4 };
/** So many characters are at most 15 digits and a dot. */
const SHORT_TEXT = 15;

/** Columns of candles, in their order. */
export function columnsOf(candles: readonly Candle[]): CandleColumns {
  const columns = emptyColumns(candles.length);
  for (const [index, candle] of candles.entries()) {
    columns.openTimeMs[index] = candle.openTimeMs;
    columns.open[index] = candle.open;
    columns.high[index] = candle.high;
    columns.low[index] = candle.low;
    columns.close[index] = candle.close;
    columns.volume[index] = candle.volume;
  }
  return columns;
}

/** Columns of `length` rows, all 0. */
export function emptyColumns(length: number): CandleColumns {
  const column = (): Float64Array => new Float64Array(length);
  return {
    length,
    openTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
}

/** Columns of checked candles, in their order; no digit is lost. */
export function decimalColumnsOf(candles: readonly DecimalCandle[]): DecimalColumns {
  const columns = emptyColumns(candles.length);
  const exact = new Map<number, string>();
  for (let row = 0; row < candles.length; row += 1) {
    const candle = candles[row];
    if (candle === undefined) continue;
    columns.openTimeMs[row] = candle.openTimeMs;
    for (const field of FIELDS) columns[field][row] = keepDecimal(exact, exactKey(field, row), candle[field]);
  }
  return { ...columns, exact };
}

/** Where the text of a value is in `exact`. */
export function exactKey(field: CandleField, row: number): number {
  return row * FIELDS.length + FIELD_INDEX[field];
}

/** The nearest double of a plain decimal; its text goes to `exact` where the double does not stand for it. */
export function keepDecimal(exact: Map<number, string>, key: number, text: string): number {
  const value = Number(text);
  if (text.length > SHORT_TEXT && !Decimal.of(text).eq(plainText(value))) exact.set(key, text);
  return value;
}

/** The exact value of a field as a plain decimal, without zeros at its end. */
export function decimalAt(columns: DecimalColumns, field: CandleField, row: number): string {
  const text = columns.exact.size === 0 ? undefined : columns.exact.get(exactKey(field, row));
  return text ?? plainText(columns[field][row] ?? 0);
}

/** Row `row` as a candle of decimal strings that are made when they are asked for. */
export class ColumnCandle implements DecimalCandle {
  readonly openTimeMs: number;
  readonly #columns: DecimalColumns;
  readonly #row: number;

  constructor(columns: DecimalColumns, row: number) {
    this.openTimeMs = columns.openTimeMs[row] ?? Number.NaN;
    this.#columns = columns;
    this.#row = row;
  }

  get open(): string {
    return decimalAt(this.#columns, 'open', this.#row);
  }

  get high(): string {
    return decimalAt(this.#columns, 'high', this.#row);
  }

  get low(): string {
    return decimalAt(this.#columns, 'low', this.#row);
  }

  get close(): string {
    return decimalAt(this.#columns, 'close', this.#row);
  }

  get volume(): string {
    return decimalAt(this.#columns, 'volume', this.#row);
  }
}

/** First row that does not open before `timeMs`; `length` when there is none. */
export function rowAt(columns: Pick<CandleColumns, 'length' | 'openTimeMs'>, timeMs: number): number {
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((columns.openTimeMs[middle] ?? Infinity) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows [from, to) as columns of their own, without copying; the columns themselves when these are all rows. */
export function rowsOf(columns: CandleColumns, from: number, to: number): CandleColumns {
  if (from === 0 && to === columns.length) return columns;
  return {
    length: to - from,
    openTimeMs: columns.openTimeMs.subarray(from, to),
    open: columns.open.subarray(from, to),
    high: columns.high.subarray(from, to),
    low: columns.low.subarray(from, to),
    close: columns.close.subarray(from, to),
    volume: columns.volume.subarray(from, to),
  };
}

/** The rows that open in the range, `fromMs` inclusive, `toMs` exclusive, as views of the same memory; no copy. */
export function columnsBetween(columns: DecimalColumns, fromMs = -Infinity, toMs = Infinity): DecimalColumns {
  const from = rowAt(columns, fromMs);
  const to = Math.max(from, rowAt(columns, toMs));
  const exact = new Map<number, string>();
  for (const [key, text] of columns.exact) {
    const row = Math.floor(key / FIELDS.length);
    if (row >= from && row < to) exact.set(key - from * FIELDS.length, text);
  }
  return { ...rowsOf(columns, from, to), exact };
}

function plainText(value: number): string {
  const text = String(value);
  return text.includes('e') ? Decimal.of(text).toFixed() : text;
}
