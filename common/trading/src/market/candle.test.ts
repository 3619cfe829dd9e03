import { describe, expect, it } from 'vitest';
import { aCandle } from '../testing/a-candle.js';
import { checkCandle, isPlainDecimal, toCandle } from './candle.js';

describe('a candle', () => {
  it('is sound when open and close lie within low and high', () => {
    expect(checkCandle(aCandle({ open: '2', high: '3', low: '1', close: '2.5', volume: '0' }))).toBeUndefined();
    expect(checkCandle(aCandle({ open: '1', high: '1.0', low: '1.00', close: '1' }))).toBeUndefined();
  });

  it.each([
    [{ open: '1e3' }, 'open: expected a plain decimal number, was "1e3"'],
    [{ volume: 'NaN' }, 'volume: expected a plain decimal number, was "NaN"'],
    [{ open: '2', high: '1', low: '3', close: '2' }, 'high: expected at least the low 3, was 1'],
    [{ open: '4', high: '3', low: '1', close: '2' }, 'open: expected a price within [low 1, high 3], was 4'],
    [{ open: '2', high: '3', low: '1', close: '0.5' }, 'close: expected a price within [low 1, high 3], was 0.5'],
    [{ open: '0', high: '1', low: '0', close: '1' }, 'low: expected a price above 0, was 0'],
    [{ open: '1', high: '1', low: '-1', close: '1' }, 'low: expected a price above 0, was -1'],
    [{ volume: '-0.1' }, 'volume: expected 0 or more, was -0.1'],
  ])('is refused with the field, the value and what was expected: %o', (fields, reason) => {
    expect(checkCandle(aCandle(fields))).toBe(reason);
  });

  it('becomes the nearest doubles', () => {
    const text = { openTimeMs: 60_000, open: '0.1', high: '0.30', low: '0.05', close: '0.2', volume: '12' };
    expect(toCandle(text)).toEqual({ openTimeMs: 60_000, open: 0.1, high: 0.3, low: 0.05, close: 0.2, volume: 12 });
  });
});

describe('a plain decimal', () => {
  it.each(['0', '-1', '007', '12.50', '-0.001', '123456789012345678901234567890.5'])('is %s', (text) => {
    expect(isPlainDecimal(text)).toBe(true);
  });

  it.each(['', '-', '.', '1.', '.5', '+1', '1e5', '1,5', ' 1', '1 ', '--1', '1.2.3', 'NaN', 'Infinity', '0x1f', '١'])(
    'is not %o',
    (text) => {
      expect(isPlainDecimal(text)).toBe(false);
    },
  );
});
