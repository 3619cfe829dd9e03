import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CandleCsvError, parseCandleCsv, splitRange } from './candle-csv.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const FIRST = 1_502_942_400_000;
const HOUR = 3_600_000;

const row = (hour: number, cells = '2,3,1,2.5,10') => `${String(FIRST + hour * HOUR)},${cells}`;
const parse = (...lines: string[]) => parseCandleCsv(lines.join('\n'), { file: 'a.csv', timeframe: '1h' });

describe('a candle file', () => {
  it('is read with its numbers as they are written', () => {
    expect(parse(HEADER, row(0, '4261.48,4313.620,4261.32,4308.83,47.181009'), row(2), '')).toEqual([
      { openTimeMs: FIRST, open: '4261.48', high: '4313.620', low: '4261.32', close: '4308.83', volume: '47.181009' },
      { openTimeMs: FIRST + 2 * HOUR, open: '2', high: '3', low: '1', close: '2.5', volume: '10' },
    ]);
  });

  it('may have CRLF, a byte order mark, spaces, blank lines at its end and no last line break', () => {
    const text = `\uFEFFTimestamp, Open,High,Low,Close,Volume\r\n${row(0, '2, 3,1 ,2.5,10')}\r\n${row(1)}\r\n\r\n  \r\n`;
    expect(parseCandleCsv(text, { file: 'a.csv', timeframe: '1h' })).toEqual(parse(HEADER, row(0), row(1)));
    expect(parse(HEADER, row(0))).toHaveLength(1);
  });

  it.each([
    ['1e-5', '0.00001'],
    ['1.5E+3', '1500'],
    ['+2', '2'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0.0000000000000000000001', '0.0000000000000000000001'],
    ['12345678901234567890.123456789', '12345678901234567890.123456789'],
  ])('has its numbers made plain: %s', (cell, plain) => {
    expect(parse(HEADER, row(0, `${cell},${cell},${cell},${cell},${cell}`))).toEqual([
      { openTimeMs: FIRST, open: plain, high: plain, low: plain, close: plain, volume: plain },
    ]);
  });

  it.each([
    ['1: expected the header timestamp,open,high,low,close,volume, was an empty file', ['']],
    ['1: expected at least one candle after the header, was none', [HEADER]],
    [
      '1: expected the header timestamp,open,high,low,close,volume, was "timestamp,open,high,close,volume"; missing column low',
      ['timestamp,open,high,close,volume', row(0)],
    ],
    [
      `1: expected the header ${HEADER}, was "open,timestamp,high,low,close,volume"`,
      ['open,timestamp,high,low,close,volume'],
    ],
    ['2: expected 6 cells, was 5: "1502942400000,2,3,1,2"', [HEADER, row(0, '2,3,1,2')]],
    ['2: expected 6 cells, was 7: "1502942400000,2,3,1,2,1,1"', [HEADER, row(0, '2,3,1,2,1,1')]],
    ['3: expected 6 cells, was a blank line', [HEADER, row(0), '', row(1)]],
    ['3: open: expected a number, was "abc"', [HEADER, row(0), row(1, 'abc,3,1,2,1')]],
    ['2: high: expected a number, was blank', [HEADER, row(0, '2,,1,2,1')]],
    ['2: volume: expected a number, was blank', [HEADER, row(0, '2,3,1,2,')]],
    ['2: close: expected a number, was "NaN"', [HEADER, row(0, '2,3,1,NaN,1')]],
    ['2: low: expected a number, was "1.2.3"', [HEADER, row(0, '2,3,1.2.3,2,1')]],
    ['2: low: expected a number, was "."', [HEADER, row(0, '2,3,.,2,1')]],
    [
      '2: low: expected at most 40 characters and powers of ten, was "1e999999999"',
      [HEADER, row(0, '2,3,1e999999999,2,1')],
    ],
    ['2: high: expected at least the low 3, was 1', [HEADER, row(0, '2,1,3,2,1')]],
    ['2: open: expected a price within [low 1, high 3], was 4', [HEADER, row(0, '4,3,1,2,1')]],
    ['2: close: expected a price within [low 1, high 3], was 0.5', [HEADER, row(0, '2,3,1,0.5,1')]],
    ['2: low: expected a price above 0, was 0', [HEADER, row(0, '2,3,0,2,1')]],
    ['2: low: expected a price above 0, was -1', [HEADER, row(0, '2,3,-1,2,1')]],
    ['2: volume: expected 0 or more, was -1', [HEADER, row(0, '2,3,1,2,-1')]],
    ['2: timestamp: expected epoch milliseconds in digits, was "2017-08-17"', [HEADER, '2017-08-17,2,3,1,2,1']],
    ['2: timestamp: expected epoch milliseconds in digits, was blank', [HEADER, ',2,3,1,2,1']],
    [
      '2: timestamp: expected epoch milliseconds, was 1502942400, which looks like seconds',
      [HEADER, '1502942400,2,3,1,2,1'],
    ],
    [
      '2: timestamp: expected epoch milliseconds, was 1502942400000000, which looks like microseconds',
      [HEADER, '1502942400000000,2,3,1,2,1'],
    ],
    [
      '2: timestamp: expected an open time of a 1h candle, a multiple of 3600000 ms, was 1502942400001 (2017-08-17T04:00:00.001Z)',
      [HEADER, '1502942400001,2,3,1,2,1'],
    ],
    [
      '4: timestamp: expected each time once, was 1502946000000 (2017-08-17T05:00:00.000Z) again',
      [HEADER, row(0), row(1), row(1)],
    ],
    [
      '4: timestamp: expected a time after 1502949600000 (2017-08-17T06:00:00.000Z), was 1502946000000 (2017-08-17T05:00:00.000Z): time goes backwards',
      [HEADER, row(0), row(2), row(1)],
    ],
  ])('is refused with file, line and reason: a.csv:%s', (message, lines) => {
    let caught: unknown;
    try {
      parse(...lines);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(CandleCsvError);
    expect(caught).toMatchObject({ message: `a.csv:${message}`, file: 'a.csv', line: Number(message.split(':')[0]) });
  });

  it('names the line also in a file with CRLF', () => {
    const text = `${HEADER}\r\n${row(0)}\r\n${row(1, 'x,3,1,2,1')}\r\n`;
    expect(() => parseCandleCsv(text, { file: 'b.csv', timeframe: '1h' })).toThrow(
      'b.csv:3: open: expected a number, was "x"',
    );
  });

  it('gives back every sound series that is written out', () => {
    const price = fc.integer({ min: 1, max: 1e9 }).map((ticks) => (ticks / 1000).toFixed(3));
    const prices = fc.tuple(price, price, price, price, price);
    fc.assert(
      fc.property(fc.array(prices, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (rows, gap) => {
        const candles = rows.map(([a, b, c, d, volume], index) => {
          const [low = a, open = a, close = a, high = a] = [a, b, c, d].sort((x, y) => Number(x) - Number(y));
          return { openTimeMs: FIRST + index * gap * HOUR, open, high, low, close, volume };
        });
        const lines = candles.map((k) => [k.openTimeMs, k.open, k.high, k.low, k.close, k.volume].join(','));
        expect(parse(HEADER, ...lines)).toEqual(candles);
      }),
    );
  });

  it('never fails but with a CandleCsvError, whatever the text', () => {
    const cell = fc.oneof(
      fc.constantFrom('1', '2', String(FIRST), '', '-', '1e9', '"', '\r', 'x', '.'),
      fc.string({ maxLength: 4 }),
    );
    const line = fc.array(cell, { maxLength: 7 }).map((cells) => cells.join(','));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        try {
          parse(HEADER, ...lines);
        } catch (error) {
          expect(error).toBeInstanceOf(CandleCsvError);
        }
      }),
    );
  });
});

describe('a range of candles', () => {
  const candles = [1, 2, 3, 5].map((openTimeMs) => ({ openTimeMs }));

  it('takes its start in and leaves its end out', () => {
    expect(splitRange(candles, 2, 5).map((candle) => candle.openTimeMs)).toEqual([2, 3]);
  });

  it('is open where a bound is absent, and may fall between candles or outside', () => {
    expect(splitRange(candles)).toEqual(candles);
    expect(splitRange(candles, 4)).toEqual([{ openTimeMs: 5 }]);
    expect(splitRange(candles, undefined, 1)).toEqual([]);
    expect(splitRange(candles, 9)).toEqual([]);
    expect(splitRange(candles, 5, 2)).toEqual([]);
  });
});
