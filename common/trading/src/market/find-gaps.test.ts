import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGaps } from './find-gaps.js';

describe('findGaps', () => {
  it('names each run of absent candles with the candles around it', () => {
    expect(findGaps([0, 10, 40, 50, 70], { stepMs: 10 })).toEqual([
      { afterMs: 10, beforeMs: 40, count: 2 },
      { afterMs: 50, beforeMs: 70, count: 1 },
    ]);
  });

  it('counts what is missing at an edge that is given, and nothing where none is', () => {
    expect(findGaps([30], { stepMs: 10, afterMs: 0, beforeMs: 60 })).toEqual([
      { afterMs: 0, beforeMs: 30, count: 2 },
      { afterMs: 30, beforeMs: 60, count: 2 },
    ]);
    expect(findGaps([], { stepMs: 10, afterMs: 0, beforeMs: 30 })).toEqual([{ afterMs: 0, beforeMs: 30, count: 2 }]);
    expect(findGaps([30], { stepMs: 10 })).toEqual([]);
    expect(findGaps([], { stepMs: 10 })).toEqual([]);
  });

  it('counts exactly the slots that were taken out', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (there) => {
        const openTimes = there.flatMap((is, slot) => (is ? [(slot + 1) * 10] : []));
        const gaps = findGaps(openTimes, { stepMs: 10, afterMs: 0, beforeMs: (there.length + 1) * 10 });
        const missing = gaps.flatMap(({ afterMs, count }) =>
          Array.from({ length: count }, (_, index) => afterMs + (index + 1) * 10),
        );
        expect(missing).toEqual(there.flatMap((is, slot) => (is ? [] : [(slot + 1) * 10])));
      }),
    );
  });
});
