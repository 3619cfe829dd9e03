import { describe, expect, it } from 'vitest';
import { closesOnly, columnsFrom, taLibCandles } from '../testing/reference-candles.js';
import { atr } from './atr.js';
import { ema } from './ema.js';
import { Keltner, keltner } from './keltner.js';

describe('the Keltner channel', () => {
  it('is the EMA with a multiple of the ATR around it, both held to published figures by their own tests', () => {
    const { middle, upper, lower } = keltner(taLibCandles, { window: 20, atrWindow: 10, multiplier: 1.5 });
    const ranges = atr(taLibCandles, 10);
    expect(middle).toEqual(ema(taLibCandles.close, 20));
    expect(upper).toEqual(middle.map((value, row) => value + 1.5 * (ranges[row] ?? 0)));
    expect(lower).toEqual(middle.map((value, row) => value - 1.5 * (ranges[row] ?? 0)));
  });

  it('follows a rise and then a fall', () => {
    // EMA over 3 from 2: then 3 and 2. Ranges 1, 1, 1, 1, 3 averaged over 2: 1, 1, 1, 2.
    const columns = columnsFrom({
      high: [1.5, 2.5, 3.5, 4.5, 4],
      low: [0.5, 1.5, 2.5, 3.5, 1],
      close: [1, 2, 3, 4, 1],
    });
    const { middle, upper, lower } = keltner(columns, { window: 3, atrWindow: 1, multiplier: 2 });
    expect([...middle]).toEqual([Number.NaN, Number.NaN, 2, 3, 2]);
    expect([...upper]).toEqual([Number.NaN, Number.NaN, 5, 6, 8]);
    expect([...lower]).toEqual([Number.NaN, Number.NaN, -1, 0, -4]);
  });

  it('waits for the longer of its windows', () => {
    const { middle, upper } = keltner(taLibCandles, { window: 2, atrWindow: 5, multiplier: 1 });
    expect([middle.findIndex(Number.isFinite), upper.findIndex(Number.isFinite)]).toEqual([4, 4]);
  });

  it('is one line while nothing moves', () => {
    const { middle, upper, lower } = keltner(closesOnly([0.1, 0.1, 0.1]), { window: 2, atrWindow: 2, multiplier: 2 });
    expect([middle[2], upper[2], lower[2]]).toEqual([0.1, 0.1, 0.1]);
  });

  it.each([
    [{ window: 0 }, 'window: expected a whole number of at least 1, was 0'],
    [{ atrWindow: Number.NaN }, 'atrWindow: expected a whole number of at least 1, was NaN'],
    [{ multiplier: -1 }, 'multiplier: expected a number of at least 0, was -1'],
  ])('refuses parameters out of range: %o', (wrong, message) => {
    expect(() => new Keltner({ window: 20, atrWindow: 10, multiplier: 2, ...wrong })).toThrow(new RangeError(message));
  });
});
