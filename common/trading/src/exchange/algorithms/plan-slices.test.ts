import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, floorToStep, formatDecimal } from '../../money/decimal.js';
import { planTwap, shownQty } from './plan-slices.js';

const half = (): number => 0.5;
const of = (text: string): Decimal => Decimal.of(text);

describe('a time-weighted order', () => {
  it('is cut into equal slices at even times, the first at once', () => {
    const plan = {
      qty: of('1'),
      lotSize: of('0.001'),
      leastQty: of('0.01'),
      mostQty: of('1'),
      slices: 3,
      durationMs: 600_000,
      random: half,
    };
    expect(planTwap(plan)).toEqual([
      { qty: '0.334', afterMs: 0 },
      { qty: '0.333', afterMs: 200_000 },
      { qty: '0.333', afterMs: 400_000 },
    ]);
  });

  it('has fewer slices where more would be below the least quantity, and one where two would be', () => {
    const plan = {
      lotSize: of('0.1'),
      leastQty: of('1'),
      mostQty: of('9'),
      slices: 10,
      durationMs: 1000,
      random: half,
    };
    expect(planTwap({ ...plan, qty: of('3.5') }).map(({ qty }) => qty)).toEqual(['1.2', '1.2', '1.1']);
    expect(planTwap({ ...plan, qty: of('1.9') })).toEqual([{ qty: '1.9', afterMs: 0 }]);
  });

  it('has more slices where they would be above the most, but none below the least for it', () => {
    const plan = { qty: of('3'), lotSize: of('0.1'), slices: 2, durationMs: 1000, random: half };
    const qtys = (least: string, most: string) =>
      planTwap({ ...plan, leastQty: of(least), mostQty: of(most) }).map(({ qty }) => qty);
    expect(qtys('0.1', '0.75')).toEqual(['0.6', '0.6', '0.6', '0.6', '0.6']);
    expect(qtys('0.7', '0.75')).toEqual(['0.8', '0.8', '0.7', '0.7']);
    expect(qtys('1', '0.2')).toEqual(['1', '1', '1']);
  });

  it('sums up to the last digit, in whole lots, none below the least, all within the time and in its order', () => {
    const lots = fc.integer({ min: 1, max: 1_000_000 });
    const digits = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(
        fc.record({
          n: lots,
          places: digits,
          leastLots: fc.integer({ min: 1, max: 500 }),
          mostLots: fc.integer({ min: 1, max: 200_000 }),
          slices: fc.integer({ min: 1, max: 60 }),
          draw: fc.double({ min: 0, max: 0.999, noNaN: true }),
        }),
        ({ n, places, leastLots, mostLots, slices, draw }) => {
          const lotSize = of(`1e-${String(places)}`);
          const qty = lotSize.times(n);
          const leastQty = lotSize.times(leastLots);
          const durationMs = 60_000;
          const mostQty = lotSize.times(mostLots);
          const planned = planTwap({ qty, lotSize, leastQty, mostQty, slices, durationMs, random: () => draw });
          const sum = planned.reduce((total, slice) => total.plus(of(slice.qty)), of('0'));
          expect(formatDecimal(sum)).toBe(formatDecimal(qty));
          for (const slice of planned) {
            expect(of(slice.qty).mod(lotSize).isZero()).toBe(true);
            expect(of(slice.qty).gte(Decimal.min(leastQty, qty))).toBe(true);
          }
          // A slice is above the most only where one more would be below the least, or there are very many.
          const above = planned.filter((slice) => of(slice.qty).gt(Decimal.max(leastQty, mostQty)));
          const oneMore = floorToStep(qty.div(planned.length + 1), lotSize);
          if (above.length > 0) expect(oneMore.lt(leastQty) || planned.length === 500).toBe(true);
          const times = planned.map(({ afterMs }) => afterMs);
          expect(times).toEqual([...times].sort((a, b) => a - b));
          expect(times[0]).toBe(0);
          expect(Math.max(...times)).toBeLessThanOrEqual(durationMs);
        },
      ),
    );
  });

  it('is refused without a quantity', () => {
    const plan = {
      qty: of('0'),
      lotSize: of('1'),
      leastQty: of('1'),
      mostQty: of('1'),
      slices: 1,
      durationMs: 1,
      random: half,
    };
    expect(() => planTwap(plan)).toThrow(RangeError);
  });
});

describe('an iceberg', () => {
  const order = { qty: of('10'), lotSize: of('0.1'), leastQty: of('0.5'), mostQty: of('9'), shownShare: 0.2 };
  it.each([
    { leftQty: '10', shown: '2' },
    { leftQty: '2.4', shown: '2.4' },
    { leftQty: '2.5', shown: '2' },
    { leftQty: '0.3', shown: '0.3' },
  ])('shows $shown of $leftQty', ({ leftQty, shown }) => {
    expect(formatDecimal(shownQty({ ...order, leftQty: of(leftQty) }))).toBe(shown);
  });

  it('shows no more than the most, and no less than the least', () => {
    const shown = (mostQty: string) => formatDecimal(shownQty({ ...order, mostQty: of(mostQty), leftQty: of('10') }));
    expect([shown('1.25'), shown('0.1')]).toEqual(['1.2', '0.5']);
  });
});
