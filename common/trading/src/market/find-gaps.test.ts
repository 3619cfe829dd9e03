import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMissing, findGaps, type CandleGap } from './find-gaps.js';

const HOUR = 3_600_000;
const START = Date.parse('2021-01-01T00:00:00Z');
const at = (...hours: number[]) => hours.map((hour) => START + hour * HOUR);
const gap = (from: number, to: number) => ({
  fromMs: START + from * HOUR,
  toMs: START + to * HOUR,
  missing: to - from,
});

describe('the holes of a run of candles', () => {
  it.each<[rule: string, times: number[], bounds: { fromMs?: number; toMs?: number }, expected: CandleGap[]]>([
    ['an unbroken run has none', at(0, 1, 2), {}, []],
    ['each hole is there once, with what is missing in it', at(0, 1, 4, 5, 7), {}, [gap(2, 4), gap(6, 7)]],
    ['a candle that is there twice is none', at(0, 1, 1, 2), {}, []],
    ['without bounds a run of no or one candle has none', [], {}, []],
    [
      'the range is expected to be full at both ends',
      at(2, 3),
      { fromMs: START, toMs: START + 5 * HOUR },
      [gap(0, 2), gap(4, 5)],
    ],
    ['no candle in a range is one hole', [], { fromMs: START, toMs: START + 3 * HOUR }, [gap(0, 3)]],
    ['no candle and one bound is none', [], { toMs: START + 3 * HOUR }, []],
    [
      'candles outside the range do not count',
      at(-3, 0, 2, 9),
      { fromMs: START, toMs: START + 4 * HOUR },
      [gap(1, 2), gap(3, 4)],
    ],
    ['bounds off the grid are rounded up', at(1), { fromMs: START + 1, toMs: START + 2 * HOUR + 1 }, [gap(2, 3)]],
    ['an empty range has none', at(0, 9), { fromMs: START + HOUR, toMs: START + HOUR }, []],
  ])('%s', (...[, times, bounds, expected]) => {
    expect(findGaps(Float64Array.from(times), { timeframe: '1h', ...bounds })).toEqual(expected);
    expect(findGaps(times, { timeframe: '1h', ...bounds })).toEqual(expected);
  });

  it('are exactly the grid without the run, whatever is left out', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (present) => {
        const hours = present.flatMap((isThere, hour) => (isThere ? [hour] : []));
        const gaps = findGaps(at(...hours), { timeframe: '1h', fromMs: START, toMs: START + present.length * HOUR });
        const missing = gaps.flatMap(({ fromMs, toMs }) =>
          Array.from({ length: (toMs - fromMs) / HOUR }, (_, index) => (fromMs - START) / HOUR + index),
        );
        expect(missing).toEqual(present.flatMap((isThere, hour) => (isThere ? [] : [hour])));
        expect(countMissing(gaps)).toBe(missing.length);
      }),
    );
  });
});
