import { Decimal } from '../money/decimal.js';
import { isPlainDecimal } from './candle.js';

const LONGEST_NUMBER = 40;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?$/;

/** What is wrong with one line of a candle file; the reader adds file and line. */
export class RowFault extends Error {
  override readonly name = 'RowFault';
}

/**
 * A cell's number as a plain decimal: `1e-5` gives `0.00001`, `+1` gives `1`, `.5` gives `0.5`; plain ones stay as they are.
 *
 * @param text trimmed.
 * @throws RowFault naming column, value and expectation for a blank, no number, or one of absurd size.
 */
export function plainDecimalOf(column: string, text: string): string {
  if (text === '') throw new RowFault(`${column}: expected a number, was blank`);
  const parts = NUMBER.exec(text);
  if (parts === null) throw new RowFault(`${column}: expected a number, was ${quote(text)}`);
  if (text.length > LONGEST_NUMBER || Math.abs(Number(parts[1] ?? 0)) > LONGEST_NUMBER) {
    const limit = String(LONGEST_NUMBER);
    throw new RowFault(`${column}: expected at most ${limit} characters and powers of ten, was ${quote(text)}`);
  }
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  return isPlainDecimal(unsigned) ? unsigned : Decimal.of(unsigned).toFixed();
}

/** The text in quotes, cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
