import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  medianOffsetMs,
  middleOf,
  narrowRange,
  offsetRangeOf,
  waitForStepMs,
  type OffsetRange,
} from './clock-offset.js';

test('the offset is the median, with half the round trip taken off', () => {
  const samples = [
    { askedAtMs: 1_000, answeredAtMs: 1_020, theirsMs: 1_110 },
    { askedAtMs: 2_000, answeredAtMs: 2_400, theirsMs: 2_900 },
    { askedAtMs: 3_000, answeredAtMs: 3_010, theirsMs: 3_104 },
  ];
  expect(medianOffsetMs(samples)).toBe(100);
  expect(medianOffsetMs(samples.slice(0, 2))).toBe(400);
  expect(() => medianOffsetMs([])).toThrow('expected at least one sample');
});

test('a clock of whole seconds is found out to a few milliseconds by looking when it turns', () => {
  const property = fc.property(
    fc.integer({ min: -5_000, max: 5_000 }),
    fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 12, maxLength: 12 }),
    (offsetMs, tripsMs) => {
      let nowMs = 1_700_000_000_123;
      let range: OffsetRange | undefined;
      for (const tripMs of tripsMs) {
        if (range !== undefined) nowMs += waitForStepMs(range, nowMs, 1000) - Math.floor(tripMs / 2);
        const askedAtMs = nowMs;
        const theirsMs = Math.floor((askedAtMs + Math.floor(tripMs / 2) + offsetMs) / 1000) * 1000;
        nowMs += tripMs + 1;
        const found = offsetRangeOf({ askedAtMs, answeredAtMs: nowMs, theirsMs }, 1000);
        range = range === undefined ? found : narrowRange(range, found);
      }
      expect(Math.abs(middleOf(range ?? { fromMs: 0, toMs: 0 }) - offsetMs)).toBeLessThanOrEqual(25);
    },
  );
  fc.assert(property);
});

test('samples that contradict each other leave the later one', () => {
  expect(narrowRange({ fromMs: 0, toMs: 10 }, { fromMs: 50, toMs: 60 })).toEqual({ fromMs: 50, toMs: 60 });
});
