import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregateCandles, canAggregate } from './aggregate-candles.js';
import type { DecimalCandle } from './candle.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const everything = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

/** Minutes of four hours, some of them without a trade. */
const minutes: fc.Arbitrary<DecimalCandle[]> = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 2, max: 999_999 }), fc.integer({ min: 0, max: 10 ** 9 })), {
    maxLength: 240,
  })
  .map((rows) =>
    rows.flatMap(([there, price, volume], minute) => {
      const text = (value: number) => (value / 100).toFixed(2);
      const candle = { open: text(price), high: text(price + 1), low: text(price - 1), close: text(price) };
      return there ? [{ openTimeMs: minute * MINUTE_MS, ...candle, volume: (volume / 10 ** 8).toFixed(8) }] : [];
    }),
  );

describe('aggregateCandles', () => {
  it('takes first open, highest, lowest, last close and the exact sum of volumes, digits as they came', () => {
    const candles = [
      { openTimeMs: 0, open: '10.0', high: '12.10', low: '9.5', close: '11', volume: '0.1' },
      { openTimeMs: MINUTE_MS, open: '11', high: '12.1', low: '9.50', close: '10.000', volume: '0.2' },
      { openTimeMs: 5 * MINUTE_MS, open: '10', high: '10', low: '10', close: '10', volume: '0' },
    ];
    expect(aggregateCandles(candles, '5m', { fromMs: 0, toMs: 6 * MINUTE_MS })).toEqual({
      closed: [{ openTimeMs: 0, open: '10.0', high: '12.10', low: '9.5', close: '10.000', volume: '0.3' }],
      partial: [{ openTimeMs: 5 * MINUTE_MS, open: '10', high: '10', low: '10', close: '10', volume: '0' }],
    });
  });

  it('tells prices apart that are the same double', () => {
    const price = '0.10000000000000000001';
    const candles = [
      { openTimeMs: 0, open: '0.1', high: '0.1', low: '0.1', close: '0.1', volume: '1' },
      { openTimeMs: MINUTE_MS, open: price, high: price, low: price, close: price, volume: '1' },
    ];
    expect(aggregateCandles(candles, '5m', everything).closed).toMatchObject([{ high: price, low: '0.1' }]);
  });

  it('calls a bucket closed only when all of it is known', () => {
    const candles = Array.from({ length: 10 }, (_, minute) => ({
      ...{ openTimeMs: minute * MINUTE_MS, open: '1', high: '1', low: '1', close: '1', volume: '1' },
    }));
    const opens = (fromMs: number, toMs: number) =>
      aggregateCandles(candles, '5m', { fromMs, toMs }).closed.map(({ openTimeMs }) => openTimeMs / MINUTE_MS);
    expect(opens(0, 10 * MINUTE_MS)).toEqual([0, 5]);
    expect(opens(MINUTE_MS, 10 * MINUTE_MS)).toEqual([5]);
    expect(opens(0, 10 * MINUTE_MS - 1)).toEqual([0]);
  });

  it('gives the same in steps as at once', () => {
    fc.assert(
      fc.property(minutes, fc.integer({ min: 0, max: 240 }), (candles, last) => {
        const known = { fromMs: 0, toMs: last * MINUTE_MS };
        const closedOnly = candles.filter(({ openTimeMs }) => openTimeMs < known.toMs);
        const fives = aggregateCandles(closedOnly, '5m', known);
        const steps = aggregateCandles([...fives.closed, ...fives.partial], '1h', known);
        expect(steps).toEqual(aggregateCandles(closedOnly, '1h', known));
      }),
    );
  });

  it('does not depend on how the candles were cut at the bounds of buckets', () => {
    fc.assert(
      fc.property(minutes, fc.integer({ min: 0, max: 4 }), (candles, hour) => {
        const cutMs = hour * HOUR_MS;
        const before = candles.filter(({ openTimeMs }) => openTimeMs < cutMs);
        const after = candles.filter(({ openTimeMs }) => openTimeMs >= cutMs);
        const parts = [before, after].flatMap((part) => aggregateCandles(part, '1h', everything).closed);
        expect(parts).toEqual(aggregateCandles(candles, '1h', everything).closed);
      }),
    );
  });
});

it('only whole multiples can be made', () => {
  expect([canAggregate('1m', '1h'), canAggregate('5m', '5m'), canAggregate('30m', '15m')]).toEqual([true, true, false]);
});
