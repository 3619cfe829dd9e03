import { describe, expect, it } from 'vitest';
import { taLibCandles } from '../testing/reference-candles.js';
import { ema } from './ema.js';
import { Macd, macd } from './macd.js';

const minus = (one: Float64Array, other: Float64Array): Float64Array =>
  one.map((value, index) => value - (other[index] ?? Number.NaN));

describe('the MACD', () => {
  it('is made of averages that give the figures of TA-Lib', () => {
    // TA-Lib, ta_regtest, test_macd.c: 12, 26, 9, the first value. There the fast average starts with the mean of the 12
    // values up to the slow one's first, not with the first 12: as if the series began 14 values later for it.
    const { close } = taLibCandles;
    const line = minus(ema(close.slice(14), 12), ema(close, 26).slice(14));
    expect(line[19]).toBeCloseTo(-1.9738, 4);
    expect(ema(line, 9)[19]).toBeCloseTo(-2.7071, 4);
  });

  it('is the difference of its averages, with the average of that as signal', () => {
    const { close } = taLibCandles;
    const series = macd(close, { fast: 5, slow: 8, signal: 3 });
    const line = minus(ema(close, 5), ema(close, 8));
    const signal = ema(line, 3);
    const warm = 8 + 3 - 2;
    expect(series.macd.slice(warm)).toEqual(line.slice(warm));
    expect(series.signal).toEqual(signal);
    expect(series.histogram).toEqual(minus(line, signal));
    expect(series.macd.slice(0, warm).every(Number.isNaN)).toBe(true);
  });

  it('is above 0 in a rise and turns below its signal in the fall that follows', () => {
    const rise = Array.from({ length: 12 }, (_, index) => 100 + index);
    const series = macd(Float64Array.from([...rise, 108, 104, 100]), { fast: 2, slow: 5, signal: 3 });
    expect(series.macd[11]).toBeCloseTo(1.5, 12);
    expect(series.histogram[11]).toBeCloseTo(0, 12);
    expect(series.histogram[14]).toBeLessThan(-1);
  });

  it('is exactly 0 over equal values, in either order of its windows', () => {
    const flat = new Float64Array(12).fill(0.1);
    for (const windows of [
      { fast: 2, slow: 5, signal: 3 },
      { fast: 5, slow: 2, signal: 3 },
    ]) {
      const { macd: line, signal, histogram } = macd(flat, windows);
      expect([line, signal, histogram].map((series) => [...series.slice(6)])).toEqual(
        Array.from({ length: 3 }, () => [0, 0, 0, 0, 0, 0]),
      );
    }
  });

  it.each(['fast', 'slow', 'signal'] as const)('needs a %s window of at least 1', (name) => {
    expect(() => new Macd({ fast: 12, slow: 26, signal: 9, [name]: 0 })).toThrow(
      new RangeError(`${name}: expected a whole number of at least 1, was 0`),
    );
  });
});
