import { describe, expect, it } from 'vitest';
import { closesOnly, columnsFrom } from '../testing/reference-candles.js';
import { Supertrend, supertrend } from './supertrend.js';

describe('the Supertrend', () => {
  it('goes through a rise and a fall as the rules of TradingView have it, worked by hand', () => {
    // Window 1, so the range of each candle; multiplier 1; lines at the middle plus and minus the range.
    //   candle  high low close  range  middle  upper         lower         direction
    //   0       11   9   10     2      10      12            8             falling (starts so), 12
    //   1       12   10  11     2      11      12 (13 kept)  9             falling, 12
    //   2       15   13  15     4      14      12 (18 kept)  10            close 15 > 12: rising, 10
    //   3       17   15  16     2      16      18 (anew)     14            rising, 14
    //   4       16   14  15     2      15      17            14 (13 kept)  rising, 14
    //   5       15   12  13     3      13.5    16.5          14 (10.5)     close 13 < 14: falling, 16.5
    //   6       13   11  12     2      12      14            10 (anew)     falling, 14
    const columns = columnsFrom({
      high: [11, 12, 15, 17, 16, 15, 13],
      low: [9, 10, 13, 15, 14, 12, 11],
      close: [10, 11, 15, 16, 15, 13, 12],
    });
    const { value, direction } = supertrend(columns, 1, 1);
    expect([...value]).toEqual([12, 12, 10, 14, 14, 16.5, 14]);
    expect([...direction]).toEqual([-1, -1, 1, 1, 1, -1, -1]);
  });

  it('has its first value with the first average range', () => {
    const { value, direction } = supertrend(closesOnly([10, 11, 12, 13]), 3, 3);
    expect([...value.slice(0, 2), ...direction.slice(0, 2)].every(Number.isNaN)).toBe(true);
    expect([value[2], direction[2]]).toEqual([12 + 3 * (2 / 3), -1]);
  });

  it('is the price itself, falling, while nothing moves', () => {
    const { value, direction } = supertrend(closesOnly([0.1, 0.1, 0.1]), 2, 3);
    expect([value[2], direction[2]]).toEqual([0.1, -1]);
  });

  it('needs a window and a multiplier', () => {
    expect(() => new Supertrend(0, 3)).toThrow(new RangeError('window: expected a whole number of at least 1, was 0'));
    expect(() => new Supertrend(10, Number.NaN)).toThrow(
      new RangeError('multiplier: expected a number of at least 0, was NaN'),
    );
  });
});
