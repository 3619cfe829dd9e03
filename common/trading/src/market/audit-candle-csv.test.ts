import { describe, expect, it } from 'vitest';
import { auditCandleCsv } from './audit-candle-csv.js';
import { CandleAudit } from './audit-candles.js';
import { CandleCsvError, parseCandleCsv } from './candle-csv.js';
import { CANDLE_CSV_HEADER, formatCandleRows } from './format-candle-csv.js';

const HOUR = 3_600_000;
const START = Date.parse('2021-01-01T00:00:00Z');
const row = (hour: number, cells = '10,12,9,11,1.5') => `${String(START + hour * HOUR)},${cells}`;
const audit = (...rows: string[]) =>
  auditCandleCsv([CANDLE_CSV_HEADER, ...rows, ''].join('\n'), { file: 'a.csv', timeframe: '1h' });
const none = { count: 0, first: [] };
const at = (hour: number) => START + hour * HOUR;

describe('the audit of a candle file', () => {
  it('finds nothing in a sound one', () => {
    expect(audit(row(0), row(1), row(2, '11,11,11,11,0'))).toEqual({
      candles: 3,
      firstOpenTimeMs: at(0),
      lastOpenTimeMs: at(2),
      missing: 0,
      zeroVolume: 1,
      faults: {
        unreadable: none,
        misaligned: none,
        backwards: none,
        duplicate: none,
        unsound: none,
        wrongTimeframe: none,
      },
      remarks: { gap: none, zeroVolumeRun: none, outlier: none },
      isSound: true,
    });
  });

  it('goes on behind each fault, and names line, column, value and expectation', () => {
    const report = audit(
      row(0),
      row(1, '10,12,9,NaN,1'),
      '',
      `${String(at(2) + 1)},10,12,9,11,1`,
      row(3, '10,8,9,9,1'),
      row(4),
      row(4),
      row(2),
      row(5),
    );
    expect(report).toMatchObject({ candles: 3, missing: 3, isSound: false, remarks: { gap: { count: 1 } } });
    expect(report.faults).toEqual({
      unreadable: {
        count: 2,
        first: [
          { line: 3, openTimeMs: at(1), reason: 'close: expected a number, was "NaN"' },
          { line: 4, openTimeMs: null, reason: 'expected 6 cells, was a blank line' },
        ],
      },
      misaligned: {
        count: 1,
        first: [
          {
            line: 5,
            openTimeMs: at(2) + 1,
            reason:
              'timestamp: expected an open time of a 1h candle, a multiple of 3600000 ms, was 1609466400001 (2021-01-01T02:00:00.001Z)',
          },
        ],
      },
      unsound: {
        count: 1,
        first: [{ line: 6, openTimeMs: at(3), reason: 'high: expected at least the low 9, was 8' }],
      },
      duplicate: {
        count: 1,
        first: [
          {
            line: 8,
            openTimeMs: at(4),
            reason: 'expected each time once, was 1609473600000 (2021-01-01T04:00:00.000Z) again',
          },
        ],
      },
      backwards: {
        count: 1,
        first: [
          {
            line: 9,
            openTimeMs: at(2),
            reason:
              'expected a time after 1609473600000 (2021-01-01T04:00:00.000Z), was 1609466400000 (2021-01-01T02:00:00.000Z)',
          },
        ],
      },
      wrongTimeframe: none,
    });
  });

  it('remarks gaps, long runs without volume and prices far from their neighbours, and still calls the file sound', () => {
    const calm = (hour: number, volume = '1') => row(hour, `100,100.5,99.5,100,${volume}`);
    const rows = [
      ...Array.from({ length: 5 }, (_, hour) => calm(hour)),
      ...Array.from({ length: 10 }, (_, index) => calm(5 + index, '0.00')),
      calm(18),
      row(19, '100,200,100,100,1'),
      ...Array.from({ length: 9 }, (_, index) => calm(20 + index, '0')),
    ];
    const report = audit(...rows);
    expect(report.remarks).toEqual({
      gap: {
        count: 1,
        first: [{ line: 17, openTimeMs: at(18), reason: '3 missing from 1609513200000 (2021-01-01T15:00:00.000Z) on' }],
      },
      zeroVolumeRun: {
        count: 1,
        first: [
          {
            line: 7,
            openTimeMs: at(5),
            reason: '10 candles without volume up to 1609509600000 (2021-01-01T14:00:00.000Z)',
          },
        ],
      },
      outlier: {
        count: 1,
        first: [{ line: 18, openTimeMs: at(19), reason: '100.0 % from the close before, 138 times the median' }],
      },
    });
    expect(report).toMatchObject({ isSound: true, zeroVolume: 19, missing: 3 });
  });

  it('tells candles of a longer timeframe from a file full of gaps', () => {
    const report = audit(...Array.from({ length: 12 }, (_, index) => row(4 * index)));
    expect(report.faults.wrongTimeframe.first).toEqual([
      {
        line: null,
        openTimeMs: null,
        reason: 'expected 1h candles, was none nearer to the next than 14400000 ms, which looks like 4h',
      },
    ]);
  });

  it('counts all and names the first few', () => {
    const audited = new CandleAudit('1h', { shown: 2 });
    const candle = { openTimeMs: START, open: '1', high: '1', low: '1', close: '1', volume: '1' };
    for (let index = 0; index < 9; index += 1) audited.add(candle);
    const { duplicate } = audited.finish().faults;
    expect([duplicate.count, duplicate.first.length, duplicate.first[0]?.line]).toEqual([8, 2, null]);
  });

  it('refuses what is no candle file at all', () => {
    for (const text of ['', 'a,b\n1,2\n', CANDLE_CSV_HEADER, `${CANDLE_CSV_HEADER}\n\n \n`]) {
      expect(() => auditCandleCsv(text, { file: 'a.csv', timeframe: '1h' })).toThrow(CandleCsvError);
    }
  });
});

describe('candles written as rows', () => {
  it('are the same file again, digit by digit', () => {
    const text = `${CANDLE_CSV_HEADER}\n${row(0, '12345678901234567.123456789,12345678901234567.20,0.10,1.0,0.000')}\n${row(2)}\n`;
    const candles = parseCandleCsv(text, { file: 'a.csv', timeframe: '1h' });
    expect(`${CANDLE_CSV_HEADER}\n${formatCandleRows(candles)}`).toBe(text);
  });
});
