import type { TimeframeName } from '../messages/envelope.js';
import { findPriceFault, type DecimalCandle } from './candle.js';
import { plainDecimalOf, quote, RowFault } from './csv-number.js';
import { isAligned, timeframeMs } from './timeframe.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const COLUMNS = HEADER.split(',');
/** Times below are taken for seconds (in milliseconds they would be before March 1973) ... */
export const LEAST_MS = 1e11;
/** ... and times from here on for microseconds (in milliseconds, the year 5138). */
export const MOST_MS = 1e14;
/** 1 to 1e22: the powers of ten that a double holds exactly. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${String(power)}`));

/** A place in the text of a candle file. */
export interface CsvScan {
  readonly text: string;
  readonly timeframe: TimeframeName;
  /** Where the next line starts. */
  at: number;
  /** Number of the line in hand, from 1. */
  line: number;
  previousMs: number;
  /** Where the next cell starts. */
  cell: number;
  /** Value of the last number read. */
  value: number;
}

const CARRIAGE_RETURN = 13;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const BYTE_ORDER_MARK = 0xfeff;

/** A scan of the text from its beginning. */
export function startScan(text: string, timeframe: TimeframeName): CsvScan {
  return { text, timeframe, at: 0, line: 1, previousMs: Number.NEGATIVE_INFINITY, cell: 0, value: 0 };
}

/** End of the line at `scan.at` without its line break; moves on to the next line. */
function takeLine(scan: CsvScan): number {
  const found = scan.text.indexOf('\n', scan.at);
  const end = found === -1 ? scan.text.length : found;
  const next = found === -1 ? end : found + 1;
  const start = scan.at;
  scan.at = next;
  return end > start && scan.text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
}

/** Takes the header, a byte order mark before it too. @throws RowFault naming what is missing. */
export function readHeader(scan: CsvScan): void {
  if (scan.text.charCodeAt(0) === BYTE_ORDER_MARK) scan.at = 1;
  const start = scan.at;
  const header = scan.text.slice(start, takeLine(scan)).trim();
  if (header === '' && scan.text.trim() === '') throw new RowFault(`expected the header ${HEADER}, was an empty file`);
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  if (names.join(',') === HEADER) return;
  const missing = COLUMNS.filter((column) => !names.includes(column));
  const which = missing.length === 0 ? '' : `; missing column ${missing.join(', ')}`;
  throw new RowFault(`expected the header ${HEADER}, was ${quote(header)}${which}`);
}

/**
 * Takes the candle of the next line; undefined when nothing but blank lines is left.
 *
 * @throws RowFault naming column, value and expectation.
 */
export function readRow(scan: CsvScan): DecimalCandle | undefined {
  const { text } = scan;
  const start = scan.at;
  const end = takeLine(scan);
  if (countCommas(text, start, end) !== COLUMNS.length - 1) {
    if (text.slice(start).trim() === '') return undefined;
    throw new RowFault(describeCount(text.slice(start, end)));
  }
  const openTimeMs = readTime(scan, start, text.indexOf(',', start));
  const open = readNumber(scan, 'open', end);
  const openValue = scan.value;
  const high = readNumber(scan, 'high', end);
  const highValue = scan.value;
  const low = readNumber(scan, 'low', end);
  const lowValue = scan.value;
  const close = readNumber(scan, 'close', end);
  const closeValue = scan.value;
  const volume = readNumber(scan, 'volume', end);
  const candle = { openTimeMs, open, high, low, close, volume };
  const sound =
    lowValue > 0 &&
    scan.value >= 0 &&
    Math.min(openValue, closeValue) >= lowValue &&
    Math.max(openValue, closeValue) <= highValue;
  const fault = sound ? undefined : findPriceFault(candle);
  if (fault !== undefined) throw new RowFault(fault);
  return candle;
}

function countCommas(text: string, from: number, end: number): number {
  let commas = 0;
  for (let at = from; at < end; at += 1) if (text.charCodeAt(at) === COMMA) commas += 1;
  return commas;
}

function describeCount(row: string): string {
  if (row.trim() === '') return `expected ${String(COLUMNS.length)} cells, was a blank line`;
  return `expected ${String(COLUMNS.length)} cells, was ${String(row.split(',').length)}: ${quote(row)}`;
}

function readTime(scan: CsvScan, start: number, end: number): number {
  const { text, timeframe, previousMs } = scan;
  let timeMs = 0;
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) throw timeFault('epoch milliseconds in digits', quote(text.slice(start, end)));
    timeMs = timeMs * 10 + digit;
  }
  if (end === start) throw timeFault('epoch milliseconds in digits', 'blank');
  if (timeMs < LEAST_MS) throw timeFault('epoch milliseconds', `${text.slice(start, end)}, which looks like seconds`);
  if (timeMs >= MOST_MS)
    throw timeFault('epoch milliseconds', `${text.slice(start, end)}, which looks like microseconds`);
  if (!isAligned(timeMs, timeframe)) {
    throw timeFault(
      `an open time of a ${timeframe} candle, a multiple of ${String(timeframeMs(timeframe))} ms`,
      at(timeMs),
    );
  }
  if (timeMs === previousMs) throw timeFault('each time once', `${at(timeMs)} again`);
  if (timeMs < previousMs) throw timeFault(`a time after ${at(previousMs)}`, `${at(timeMs)}: time goes backwards`);
  scan.previousMs = timeMs;
  scan.cell = end + 1;
  return timeMs;
}

function timeFault(expected: string, was: string): RowFault {
  return new RowFault(`timestamp: expected ${expected}, was ${was}`);
}

function at(timeMs: number): string {
  return `${String(timeMs)} (${new Date(timeMs).toISOString()})`;
}

/**
 * Reads the cell that starts at `scan.cell` and moves on to the next one: gives its text as a plain decimal and leaves its
 * value in `scan.value`. One pass over the characters: a mantissa below 2^53 divided by an exact power of ten is the
 * nearest double, the same as `Number` gives.
 */
function readNumber(scan: CsvScan, column: string, end: number): string {
  const { text, cell } = scan;
  scan.value = 0;
  const dot = takeDigits(scan, cell, end);
  const hasFraction = dot > cell && dot < end && text.charCodeAt(dot) === DOT;
  const at = hasFraction ? takeDigits(scan, dot + 1, end) : dot;
  const places = hasFraction ? at - dot - 1 : 0;
  const exact = scan.value <= Number.MAX_SAFE_INTEGER && at - cell < POWERS_OF_TEN.length;
  if (at === cell || (hasFraction && places === 0) || !exact || !endsCell(text, at, end)) {
    return readOddNumber(scan, column, end);
  }
  scan.cell = at + 1;
  scan.value /= POWERS_OF_TEN[places] ?? 1;
  return text.slice(cell, at);
}

function endsCell(text: string, at: number, end: number): boolean {
  return at === end || text.charCodeAt(at) === COMMA;
}

/** Appends the digits from there on to `scan.value`; gives where they end. */
function takeDigits(scan: CsvScan, from: number, end: number): number {
  let { value } = scan;
  let at = from;
  for (; at < end; at += 1) {
    const digit = scan.text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  scan.value = value;
  return at;
}

/** The slow path: signs, exponents, blanks, many digits, and what is no number at all. */
function readOddNumber(scan: CsvScan, column: string, end: number): string {
  const comma = scan.text.indexOf(',', scan.cell);
  const cellEnd = comma === -1 || comma > end ? end : comma;
  const plain = plainDecimalOf(column, scan.text.slice(scan.cell, cellEnd).trim());
  scan.cell = cellEnd + 1;
  scan.value = Number(plain);
  return plain;
}
