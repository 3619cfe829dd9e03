import type { TimeframeName } from '../messages/envelope.js';
import { CandleAudit, type CandleAuditReport, type CandleFault } from './audit-candles.js';
import { CandleCsvError, parseCandleCsv } from './candle-csv.js';
import type { DecimalCandle } from './candle.js';
import { plainDecimalOf, RowFault } from './csv-number.js';
import { CANDLE_CSV_HEADER } from './format-candle-csv.js';
import { isAligned } from './timeframe.js';

/**
 * Audits the text of a candle file: unlike `parseCandleCsv` it goes on behind a line that is no sound candle.
 *
 * @throws CandleCsvError when it is no candle file at all: another header, or no row.
 */
export function auditCandleCsv(
  text: string,
  options: { file: string; timeframe: TimeframeName; shown?: number },
): CandleAuditReport {
  const audit = new CandleAudit(options.timeframe, options.shown === undefined ? {} : { shown: options.shown });
  try {
    for (const [index, candle] of parseCandleCsv(text, options).entries()) audit.add(candle, index + 2);
    return audit.finish();
  } catch (error) {
    const isRow = error instanceof CandleCsvError && error.line > 1 && text.indexOf('\n') !== -1;
    if (!isRow || text.slice(text.indexOf('\n')).trim() === '') throw error;
  }
  return auditLines(text, new CandleAudit(options.timeframe, { shown: options.shown ?? 5 }), options);
}

function auditLines(
  text: string,
  audit: CandleAudit,
  options: { file: string; timeframe: TimeframeName },
): CandleAuditReport {
  const end = text.trimEnd().length;
  let line = 1;
  for (let at = text.indexOf('\n') + 1; at < end; line += 1) {
    const next = text.indexOf('\n', at);
    const row = text.slice(at, next === -1 ? text.length : next);
    const found = readRow(row, options);
    if (found instanceof CandleCsvError) {
      const openTimeMs = readOpenTime(row);
      const fault = classifyFault(row, openTimeMs, options.timeframe);
      audit.addFault(fault, { line: line + 1, openTimeMs: openTimeMs ?? null, reason: found.reason });
    } else {
      audit.add(found, line + 1);
    }
    at = next === -1 ? text.length : next + 1;
  }
  return audit.finish();
}

/** One row under the header by itself: the reader of whole files says what is wrong with it. */
function readRow(
  row: string,
  { file, timeframe }: { file: string; timeframe: TimeframeName },
): DecimalCandle | CandleCsvError {
  if (row.trim() === '') {
    const reason = 'expected 6 cells, was a blank line';
    return new CandleCsvError({ file, line: 2, reason });
  }
  try {
    const [candle] = parseCandleCsv(`${CANDLE_CSV_HEADER}\n${row}`, { file, timeframe });
    if (candle !== undefined) return candle;
    return new CandleCsvError({ file, line: 2, reason: 'expected a candle, was none' });
  } catch (error) {
    if (error instanceof CandleCsvError) return error;
    throw error;
  }
}

/** Epoch ms, where the row begins with digits that are no seconds or microseconds. */
function readOpenTime(row: string): number | undefined {
  const digits = /^(\d{12,14}),/.exec(row)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Which rule a row breaks that is no sound candle. */
function classifyFault(row: string, openTimeMs: number | undefined, timeframe: TimeframeName): CandleFault {
  if (openTimeMs === undefined) return 'unreadable';
  if (!isAligned(openTimeMs, timeframe)) return 'misaligned';
  const cells = row.split(',').slice(1);
  return cells.length === 5 && cells.every(isNumber) ? 'unsound' : 'unreadable';
}

function isNumber(cell: string): boolean {
  try {
    plainDecimalOf('', cell.trim());
    return true;
  } catch (error) {
    if (error instanceof RowFault) return false;
    throw error;
  }
}
