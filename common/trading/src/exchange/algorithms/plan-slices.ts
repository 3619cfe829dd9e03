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
  /** Slices wanted; fewer where they would be below the least, more where they would be above the most. */
  readonly slices: number;
  /** Most of one slice; the venue's least goes before it. */
  readonly mostQty: Decimal;
  readonly durationMs: number;
  /** From 0 up to 1, for the jitter of the times. */
  readonly random: () => number;
}

/** Share of the time between two slices by which one may come earlier or later, so that nobody can set a clock by them. */
const JITTER = 0.25;
/** An order that needs more has slices above the most. */
const MOST_SLICES = 500;

/**
 * Time-weighted average price: equal slices at even times, each a little off. Whole lots, none below the least quantity, none
 * above the most where that leaves room, and their sum is the order's to the last digit; one slice at once where there can be
 * no two. The first comes at once. A constant rate costs least where impact is linear in it and the risk meanwhile is left
 * aside: the minimum-impact strategy of Almgren and Chriss.
 *
 * @throws RangeError when quantity, slices or duration are not above 0.
 * @source the usual definition, e.g. R. Kissell, "The Science of Algorithmic Trading and Portfolio Management" (2013), TWAP;
 *   R. Almgren, N. Chriss, "Optimal execution of portfolio transactions", Journal of Risk 3 (2001), zero risk aversion.
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
  /** Most that is shown, but for the least quantity. */
  readonly mostQty: Decimal;
  /** Above 0, up to 1. */
  readonly shownShare: number;
}): Decimal {
  const { qty, leftQty, lotSize, leastQty, mostQty, shownShare } = order;
  const share = Decimal.min(qty.times(String(shownShare)), mostQty);
  const wanted = Decimal.max(floorToStep(share, lotSize), leastQty);
  const shown = Decimal.min(wanted, leftQty);
  return leftQty.minus(shown).lt(leastQty) ? leftQty : shown;
}

function countOf({ qty, leastQty, mostQty, slices, lotSize }: SlicePlan): number {
  const least = Decimal.max(leastQty, lotSize);
  const most = Decimal.max(least, floorToStep(mostQty, lotSize));
  const wanted = Math.max(slices, qty.div(most).ceil().toNumber());
  // By the slice that comes out smallest: even shares are cut to whole lots.
  const fitting = qty.div(lotSize).div(least.div(lotSize).ceil()).floor().toNumber();
  return Math.max(1, Math.min(wanted, fitting, MOST_SLICES));
}
