import { describe, expect, it } from 'vitest';
import { closesOnly, tulipCandles } from '../testing/reference-candles.js';
import { Obv, obv } from './obv.js';

describe('the on-balance volume', () => {
  it('gives the figures of Tulip Indicators', () => {
    // tulipindicators.org, tests/untest.txt, "obv".
    expect([...obv(tulipCandles)]).toEqual([
      0, -6447400, 1243500, 5074900, 9530000, 5732000, 1795800, 6527800, 11369100, 7453800, 14284600, 20978700,
      26272300, 34258100, 29450200,
    ]);
  });

  it('adds in a rise, takes off in a fall, and stays over an unchanged close', () => {
    expect([...obv(closesOnly([5, 6, 6, 4, 5], [1, 2, 4, 8, 16]))]).toEqual([0, 2, 2, -6, 10]);
  });

  it('does not drift over a million candles that rise and fall', () => {
    const balance = new Obv();
    const candle = { openTimeMs: 0, open: 1, high: 2, low: 1 };
    balance.push({ ...candle, close: 1, volume: 0.1 });
    let last = 0;
    for (let index = 0; index < 500_000; index += 1) {
      balance.push({ ...candle, close: 2, volume: 0.3 });
      last = balance.push({ ...candle, close: 1, volume: 0.1 });
    }
    // Exactly 500,000 times the distance of the two doubles, 0.3 - 0.1, is 99999.99999999999 as a double; plain summation
    // ends at 99999.99999770392.
    expect(Math.abs(last - 100_000)).toBeLessThan(3e-11);
  });
});
