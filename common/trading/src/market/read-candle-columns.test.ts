import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnCandle, columnsBetween, decimalAt } from './candle-columns.js';
import type { DecimalCandle } from './candle.js';
import { CandleCsvError, parseCandleCsv } from './candle-csv.js';
import { readCandleColumns } from './read-candle-columns.js';
import { parseDecimal } from '../money/decimal.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const options = { file: 'a.csv', timeframe: '1h' } as const;
const START_MS = 1_704_067_200_000;
const HOUR_MS = 3_600_000;
const encode = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));

/** What either reader makes of the text: the candles with their values, or the error. */
function outcome(read: () => readonly DecimalCandle[]): unknown {
  try {
    return read().map(({ openTimeMs, ...decimals }) => [
      openTimeMs,
      ...Object.values(decimals).map((text) => parseDecimal(text).toFixed()),
    ]);
  } catch (error) {
    if (error instanceof CandleCsvError) return error.message;
    throw error;
  }
}

function inPieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.slice(index * size, (index + 1) * size),
  );
}

function candlesIn(text: string, size = text.length + 1): readonly DecimalCandle[] {
  const columns = readCandleColumns(inPieces(encode(text), size), options);
  return Array.from({ length: columns.length }, (_, row) => {
    const { openTimeMs, open, high, low, close, volume } = new ColumnCandle(columns, row);
    return { openTimeMs, open, high, low, close, volume };
  });
}

const row = (index: number, cells = '100,101.5,99.25,100.5,12.345'): string => `${START_MS + index * HOUR_MS},${cells}`;

describe('readCandleColumns', () => {
  it('reads plain rows into columns', () => {
    const { length, openTimeMs, open, high, low, close, volume, exact } = readCandleColumns(
      encode([HEADER, row(0), row(2, '7,7,7,7,0'), ''].join('\n')),
      options,
    );
    expect({ length, openTimeMs, open, high, low, close, volume, exact }).toEqual({
      length: 2,
      openTimeMs: Float64Array.of(START_MS, START_MS + 2 * HOUR_MS),
      open: Float64Array.of(100, 7),
      high: Float64Array.of(101.5, 7),
      low: Float64Array.of(99.25, 7),
      close: Float64Array.of(100.5, 7),
      volume: Float64Array.of(12.345, 0),
      exact: new Map(),
    });
  });

  it('keeps the digits that a double does not hold, and takes them along into a part', () => {
    const close = '100.123456789012345678';
    const text = [HEADER, row(0), row(1, `100,101,99,${close},0.00000012`), row(2)].join('\n');
    const columns = readCandleColumns(encode(text), options);
    const part = columnsBetween(columns, START_MS + HOUR_MS, START_MS + 2 * HOUR_MS);
    expect([...columns.exact.values()]).toEqual([close]);
    expect([part.length, decimalAt(part, 'close', 0), decimalAt(part, 'volume', 0)]).toEqual([1, close, '0.00000012']);
  });

  it.each([
    ['', ''],
    ['nothing but blank lines', '\n \n'],
    ['no header', row(0)],
    ['a blank line for a header', `\n${HEADER}\n${row(0)}`],
    ['a missing column', 'timestamp,open,high,low,close\n'],
    ['no candle', `${HEADER}\n`],
    ['no candle but blank lines', `${HEADER}\n\n\n`],
    ['a byte order mark and CRLF', `\ufeff${HEADER}\r\n${row(0)}\r\n${row(1)}\r\n\r\n`],
    ['blanks in the header', `Timestamp, open,high,low,close , volume\n${row(0)}`],
    ['a blank line in between', `${HEADER}\n${row(0)}\n\n${row(1)}`],
    ['too few cells', `${HEADER}\n${row(0)}\n${row(1, '1,2')}`],
    ['too many cells', `${HEADER}\n${row(0)},7`],
    ['odd numbers', `${HEADER}\n${row(0, '1e2,+101.5, 99.25,.1e3,1e-5')}`],
    ['a blank number', `${HEADER}\n${row(0, '100,,99,100,1')}`],
    ['no number', `${HEADER}\n${row(0, '100,1O1,99,100,1')}`],
    ['text beyond ASCII', `${HEADER}\n${row(0, '100,1€1,99,100,1')}`],
    ['NaN', `${HEADER}\n${row(0, 'NaN,101,99,100,1')}`],
    ['a dot without digits', `${HEADER}\n${row(0, '100.,101,99,100,1')}`],
    ['two dots', `${HEADER}\n${row(0, '100.0.0,101,99,100,1')}`],
    ['a negative volume', `${HEADER}\n${row(0, '100,101,99,100,-1')}`],
    ['a low of zero', `${HEADER}\n${row(0, '100,101,0,100,1')}`],
    ['a high below the low', `${HEADER}\n${row(0, '100,98,99,100,1')}`],
    ['a close outside the range', `${HEADER}\n${row(0, '100,101,99,102,1')}`],
    ['seconds', `${HEADER}\n1704067200,1,1,1,1,1`],
    ['microseconds', `${HEADER}\n1704067200000000,1,1,1,1,1`],
    ['a blank time', `${HEADER}\n,1,1,1,1,1`],
    ['a time that is no number', `${HEADER}\n2024-01-01,1,1,1,1,1`],
    ['a time between candles', `${HEADER}\n1704067200001,1,1,1,1,1`],
    ['a time twice', `${HEADER}\n${row(0)}\n${row(0)}`],
    ['a time that goes back', `${HEADER}\n${row(1)}\n${row(0)}`],
  ])('says the same as the text reader about %s', (_, text) => {
    const expected = outcome(() => parseCandleCsv(text, options));
    for (const size of [1, 7, 64, 4096]) expect(outcome(() => candlesIn(text, size))).toEqual(expected);
  });

  it('says the same as the text reader about anything, however it is cut', () => {
    const cell = fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('100', '100.5', '99.75') },
      fc.constantFrom(
        '',
        ' 100',
        '1e2',
        '-1',
        '0',
        'x',
        '100.00',
        '99.123456789012345678',
        '"100"',
        '1234567890123456',
      ),
    );
    const line = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.array(cell, { minLength: 5, maxLength: 5 }), fc.boolean())
      .map(([hours, cells]) => ({ hours, cells }));
    const file = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.boolean());
    fc.assert(
      fc.property(file, fc.integer({ min: 1, max: 200 }), ([lines, end, last], size) => {
        let hour = 0;
        const rows = lines.map(({ hours, cells }) => {
          hour += hours === 0 ? 0 : 1;
          return row(hour, cells.join(','));
        });
        const text = [HEADER, ...rows].join(end) + (last ? end : '');
        expect(outcome(() => candlesIn(text, size))).toEqual(outcome(() => parseCandleCsv(text, options)));
      }),
      { seed: 20_241_001, numRuns: 300 },
    );
  });
});
