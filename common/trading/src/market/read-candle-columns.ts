import type { TimeframeName } from '../messages/envelope.js';
import { exactKey, keepDecimal, type CandleField, type DecimalColumns } from './candle-columns.js';
import { CandleCsvError, NO_CANDLE } from './candle-csv.js';
import { RowFault } from './csv-number.js';
import { LEAST_MS, MOST_MS, POWERS_OF_TEN, readHeader, readRow, startScan, type CsvScan } from './csv-row.js';
import { timeframeMs } from './timeframe.js';

const BLOCK_ROWS = 16_384;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
/** Below it a mantissa has at most 15 digits: its double's shortest text is the decimal itself. */
const LEAST_LONG_MANTISSA = 1e15;
/** The columns in the order of a file. */
const NAMES = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;
const NO_BYTES = new Uint8Array(0);

/**
 * Reads candles from the bytes of a CSV file (UTF-8) into columns; what the file may hold, what is checked and what is said
 * about it are those of `parseCandleCsv`. The bytes may come in pieces of any size.
 *
 * @throws CandleCsvError at the first line that is not a sound candle, naming column, value and expectation.
 */
export function readCandleColumns(
  bytes: Uint8Array | Iterable<Uint8Array>,
  options: { readonly file: string; readonly timeframe: TimeframeName },
): DecimalColumns {
  const reader = new CandleColumnsReader(options);
  if (bytes instanceof Uint8Array) reader.push(bytes);
  else for (const piece of bytes) reader.push(piece);
  return reader.finish();
}

/**
 * The same for a stream: `push` each piece, then `finish` once. Holds the columns, a line and nothing else; a piece may be
 * written over once `push` is back.
 */
export class CandleColumnsReader {
  readonly #file: string;
  readonly #timeframe: TimeframeName;
  readonly #stepMs: number;
  readonly #blocks: Float64Array[][] = NAMES.map(() => []);
  readonly #exact = new Map<number, string>();
  readonly #row = new Float64Array(NAMES.length);
  /** The current block of each column. */
  #current: readonly Float64Array[] = [];
  #rows = 0;
  #line = 0;
  #previousMs = Number.NEGATIVE_INFINITY;
  /** Line of the first blank one after the last candle, or 0; only blank ones may follow it. */
  #blankLine = 0;
  /** The beginning of a line whose end has not come yet. */
  #rest: Uint8Array = NO_BYTES;
  /** Where the number in hand ended. */
  #at = 0;
  /** Its digits as a whole number. */
  #mantissa = 0;

  constructor(options: { readonly file: string; readonly timeframe: TimeframeName }) {
    this.#file = options.file;
    this.#timeframe = options.timeframe;
    this.#stepMs = timeframeMs(options.timeframe);
  }

  /** @throws CandleCsvError as `readCandleColumns`. */
  push(piece: Uint8Array): void {
    let start = 0;
    if (this.#rest.length > 0) {
      const end = piece.indexOf(LINE_FEED);
      if (end === -1) {
        this.#rest = joined(this.#rest, piece);
        return;
      }
      const line = joined(this.#rest, piece.subarray(0, end));
      this.#rest = NO_BYTES;
      this.#takeLine(line, 0, line.length);
      start = end + 1;
    }
    for (;;) {
      const end = piece.indexOf(LINE_FEED, start);
      if (end === -1) break;
      this.#takeLine(piece, start, end);
      start = end + 1;
    }
    if (start < piece.length) this.#rest = piece.slice(start);
  }

  /** The columns. @throws CandleCsvError as `readCandleColumns`, and when there was no candle. */
  finish(): DecimalColumns {
    if (this.#rest.length > 0) this.#takeLine(this.#rest, 0, this.#rest.length);
    this.#rest = NO_BYTES;
    if (this.#line === 0 || this.#blankLine === 1) this.#readHeader('');
    if (this.#rows === 0) throw this.#fault(NO_CANDLE, this.#blankLine === 0 ? 1 : this.#blankLine);
    const [openTimeMs, open, high, low, close, volume] = NAMES.map((_, index) => this.#columnOf(index));
    if (!openTimeMs || !open || !high || !low || !close || !volume) throw new TypeError('expected six columns');
    return { length: this.#rows, openTimeMs, open, high, low, close, volume, exact: this.#exact };
  }

  #takeLine(bytes: Uint8Array, start: number, lineEnd: number): void {
    this.#line += 1;
    const end = lineEnd > start && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd;
    if (this.#line > 1 && this.#blankLine === 0 && this.#takeRow(bytes, start, end)) return;
    this.#takeOddLine(textOf(bytes.subarray(start, lineEnd)));
  }

  /** The common case: six cells of plain digits that make a sound candle. False: nothing is taken. */
  #takeRow(bytes: Uint8Array, start: number, end: number): boolean {
    const row = this.#row;
    const timeMs = this.#readTime(bytes, start, end);
    if (!(timeMs > this.#previousMs)) return false;
    row[0] = timeMs;
    for (let column = 1; column < NAMES.length; column += 1) {
      const value = this.#readNumber(bytes, this.#at + 1, end);
      if (!(value >= 0)) return false;
      row[column] = value;
      if (column < NAMES.length - 1 ? bytes[this.#at] !== COMMA || this.#at >= end : this.#at !== end) return false;
    }
    if (!isSound(row)) return false;
    this.#append(row);
    return true;
  }

  /** NaN for what is no aligned time followed by a comma. */
  #readTime(bytes: Uint8Array, start: number, end: number): number {
    let timeMs = 0;
    let at = start;
    for (; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      timeMs = timeMs * 10 + digit;
    }
    this.#at = at;
    const fine = bytes[at] === COMMA && at < end && timeMs >= LEAST_MS && timeMs < MOST_MS;
    return fine && timeMs % this.#stepMs === 0 ? timeMs : Number.NaN;
  }

  /** NaN for what is no `digits` or `digits.digits`, and for more than 15 of them. */
  #readNumber(bytes: Uint8Array, start: number, end: number): number {
    this.#mantissa = 0;
    const dot = this.#takeDigits(bytes, start, end);
    if (dot === start) return Number.NaN;
    if (dot >= end || bytes[dot] !== DOT) return this.#value(0);
    const last = this.#takeDigits(bytes, dot + 1, end);
    return last === dot + 1 ? Number.NaN : this.#value(last - dot - 1);
  }

  #value(places: number): number {
    const power = POWERS_OF_TEN[places];
    return power !== undefined && this.#mantissa < LEAST_LONG_MANTISSA ? this.#mantissa / power : Number.NaN;
  }

  #takeDigits(bytes: Uint8Array, start: number, end: number): number {
    let mantissa = this.#mantissa;
    let at = start;
    for (; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    this.#mantissa = mantissa;
    this.#at = at;
    return at;
  }

  /** The header, blank lines, and every line that is not of the common kind: read as text, as `parseCandleCsv` does. */
  #takeOddLine(text: string): void {
    if (text.trim() === '') {
      if (this.#blankLine === 0) this.#blankLine = this.#line;
      return;
    }
    if (this.#blankLine === 1) this.#readHeader('\n.');
    if (this.#blankLine > 0) this.#read(`\n${text}`, this.#blankLine, readRow);
    if (this.#line === 1) {
      this.#readHeader(text);
      return;
    }
    const candle = this.#read(text, this.#line, readRow);
    if (candle === undefined) return;
    const row = this.#row;
    row[0] = candle.openTimeMs;
    for (const [column, name] of NAMES.entries()) {
      if (name === 'openTimeMs') continue;
      row[column] = keepDecimal(this.#exact, exactKey(name satisfies CandleField, this.#rows), candle[name]);
    }
    this.#append(row);
  }

  #readHeader(text: string): void {
    this.#read(text, 1, readHeader);
  }

  #read<T>(text: string, line: number, read: (scan: CsvScan) => T): T {
    const scan = startScan(text, this.#timeframe);
    scan.previousMs = this.#previousMs;
    try {
      return read(scan);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      throw this.#fault(error.message, line);
    }
  }

  #fault(reason: string, line: number): CandleCsvError {
    return new CandleCsvError({ file: this.#file, line, reason });
  }

  #append(row: Float64Array): void {
    const at = this.#rows % BLOCK_ROWS;
    if (at === 0) {
      this.#current = NAMES.map(() => new Float64Array(BLOCK_ROWS));
      for (const [column, block] of this.#current.entries()) this.#blocks[column]?.push(block);
    }
    for (let column = 0; column < NAMES.length; column += 1) {
      const block = this.#current[column];
      if (block !== undefined) block[at] = row[column] ?? 0;
    }
    this.#previousMs = row[0] ?? 0;
    this.#rows += 1;
  }

  /** One column in one piece; its blocks are let go. */
  #columnOf(index: number): Float64Array {
    const blocks = this.#blocks[index]?.splice(0) ?? [];
    const column = new Float64Array(this.#rows);
    for (const [number, block] of blocks.entries()) {
      const start = number * BLOCK_ROWS;
      column.set(block.subarray(0, Math.min(BLOCK_ROWS, this.#rows - start)), start);
    }
    return column;
  }
}

function isSound(row: Float64Array): boolean {
  const open = row[1] ?? 0;
  const high = row[2] ?? 0;
  const low = row[3] ?? 0;
  const close = row[4] ?? 0;
  return low > 0 && open >= low && close >= low && open <= high && close <= high;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** UTF-8 as text; bytes that are none are taken one by one, so that there is something to show. */
function textOf(bytes: Uint8Array): string {
  let plain = '';
  let escaped = '';
  for (const byte of bytes) {
    plain += String.fromCharCode(byte);
    escaped += `%${byte.toString(16).padStart(2, '0')}`;
  }
  if (bytes.every((byte) => byte < 128)) return plain;
  try {
    return decodeURIComponent(escaped);
  } catch (error) {
    if (error instanceof URIError) return plain;
    throw error;
  }
}
