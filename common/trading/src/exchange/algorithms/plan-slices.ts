import { Decimal, floorToStep, formatDecimal } from '../../money/decimal.js';

/** A part of an order that is executed over time. */
export interface Slice {
  /** Base quantity, whole lots, decimal string. */
  readonly qty: string;
  /** From when on, ms after the order came. */
  readonly afterMs: number;
}

export interface SlicePlan {
  /** Base quantity, whole lots. */
  readonly qty: Decimal;
  readonly lotSize: Decimal;
  /** Least base quantity of an order at the venue, by quantity and by notional. */
  readonly leastQty: Decimal;
  /** Slices wanted; fewer where they would be below the least. */
  readonly slices: number;
  readonly durationMs: number;
  /** From 0 up to 1, for the jitter of the times. */
  readonly random: () => number;
}

/** Share of the time between two slices by which one may come earlier or later, so that nobody can set a clock by them. */
const JITTER = 0.25;

/**
 * Time-weighted average price: equal slices at even times, each a little off. Whole lots, none below the least quantity, and
 * their sum is the order's to the last digit; one slice at once where there can be no two. The first comes at once.
 *
 * @throws RangeError when quantity, slices or duration are not above 0.
 * @source the usual definition, e.g. R. Kissell, "The Science of Algorithmic Trading and Portfolio Management" (2013), TWAP.
 */
export function planTwap(plan: SlicePlan): readonly Slice[] {
  const { qty, lotSize, durationMs, random } = plan;
  if (qty.lte(0) || plan.slices < 1 || durationMs <= 0) {
    throw new RangeError('expected a quantity, a number of slices and a duration above 0');
  }
  const count = countOf(plan);
  const base = floorToStep(qty.div(count), lotSize);
  const extraLots = qty.minus(base.times(count)).div(lotSize).floor().toNumber();
  const everyMs = durationMs / count;
  const slices = Array.from({ length: count }, (_, index) => {
    const isLast = index === count - 1;
    const lots = base.plus(index < extraLots ? lotSize : Decimal.of(0));
    const afterMs = index === 0 ? 0 : Math.round(everyMs * (index + (random() * 2 - 1) * JITTER));
    return {
      qty: isLast ? qty.minus(base.times(count - 1)).minus(lotSize.times(Math.min(extraLots, count - 1))) : lots,
      afterMs,
    };
  });
  return slices.map((slice) => ({ qty: formatDecimal(slice.qty), afterMs: slice.afterMs }));
}

/**
 * What of an iceberg order is shown at a time: the share of it, in whole lots, not below the least quantity, and no more than
 * is left; all that is left where the rest after it could not be sent by itself.
 */
export function shownQty(order: {
  readonly qty: Decimal;
  readonly leftQty: Decimal;
  readonly lotSize: Decimal;
  readonly leastQty: Decimal;
  /** Above 0, up to 1. */
  readonly shownShare: number;
}): Decimal {
  const { qty, leftQty, lotSize, leastQty, shownShare } = order;
  const wanted = Decimal.max(floorToStep(qty.times(String(shownShare)), lotSize), leastQty);
  const shown = Decimal.min(wanted, leftQty);
  return leftQty.minus(shown).lt(leastQty) ? leftQty : shown;
}

function countOf({ qty, leastQty, slices, lotSize }: SlicePlan): number {
  const least = Decimal.max(leastQty, lotSize);
  // By the slice that comes out smallest: even shares are cut to whole lots.
  for (let count = Math.min(slices, qty.div(least).floor().toNumber()); count > 1; count -= 1) {
    if (floorToStep(qty.div(count), lotSize).gte(least)) return count;
  }
  return 1;
}
