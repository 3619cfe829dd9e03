import type { TimeframeName } from '../messages/envelope.js';
import type { DecimalCandle } from './candle.js';
import { RowFault } from './csv-number.js';
import { readHeader, readRow, startScan } from './csv-row.js';

/** A candle file that cannot be used; the message is `<file>:<line>: <reason>`, the header being line 1. */
export class CandleCsvError extends Error {
  override readonly name = 'CandleCsvError';
  readonly file: string;
  readonly line: number;
  readonly reason: string;

  constructor(at: { file: string; line: number; reason: string }) {
    super(`${at.file}:${String(at.line)}: ${at.reason}`);
    this.file = at.file;
    this.line = at.line;
    this.reason = at.reason;
  }
}

/** Why a file with nothing but a header cannot be used. */
export const NO_CANDLE = 'expected at least one candle after the header, was none';

/**
 * Reads candles from CSV text: header `timestamp,open,high,low,close,volume`, `timestamp` the open time in epoch ms, times
 * strictly ascending and whole multiples of the timeframe; gaps are allowed, so are CRLF, a byte order mark and blank
 * lines at the end.
 *
 * Numbers are kept as written; `1e-5`, `+1` and `.5` become plain decimals. At least one candle.
 *
 * @throws CandleCsvError at the first line that is not a sound candle, naming column, value and expectation.
 */
export function parseCandleCsv(text: string, options: { file: string; timeframe: TimeframeName }): DecimalCandle[] {
  const scan = startScan(text, options.timeframe);
  try {
    readHeader(scan);
    const candles: DecimalCandle[] = [];
    while (scan.at < text.length) {
      scan.line += 1;
      const candle = readRow(scan);
      if (candle === undefined) break;
      candles.push(candle);
    }
    if (candles.length === 0) throw new RowFault(NO_CANDLE);
    return candles;
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    throw new CandleCsvError({ file: options.file, line: scan.line, reason: error.message });
  }
}

/**
 * The candles whose open time is in the range: `fromMs` inclusive, `toMs` exclusive; an absent bound is open. Expects
 * ascending times.
 */
export function splitRange<T extends { openTimeMs: number }>(
  candles: readonly T[],
  fromMs?: number,
  toMs?: number,
): T[] {
  const start = fromMs === undefined ? 0 : firstNotBefore(candles, fromMs);
  const end = toMs === undefined ? candles.length : firstNotBefore(candles, toMs);
  return candles.slice(start, end);
}

function firstNotBefore(candles: readonly { openTimeMs: number }[], timeMs: number): number {
  let low = 0;
  let high = candles.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((candles[middle]?.openTimeMs ?? Number.POSITIVE_INFINITY) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
