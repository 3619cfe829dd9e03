import { shownQty } from '@octant/trading/exchange/algorithms/plan-slices';
import { Decimal, floorToStep, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { VenueOrderKind } from '@octant/venue/venue';
import { isOpen, unbookedQty, type LiveOrder } from '../live-order.js';
import { dueQty, type PartsPlan } from './parts-plan.js';

export interface PartsQuestion {
  readonly whole: LiveOrder;
  readonly plan: PartsPlan;
  /** Every part so far, oldest first. */
  readonly parts: readonly LiveOrder[];
  readonly nowMs: number;
  /** Last price of the market; undefined when it is not known. */
  readonly price: string | undefined;
  readonly lotSize: Decimal;
  readonly tickSize: Decimal;
  readonly leastQty: Decimal;
  /** Most that a buy may pay above its reference price, a share. */
  readonly reserveRatio: number;
}

export type PartsDecision =
  | { readonly step: 'wait' }
  | { readonly step: 'make'; readonly qty: Decimal; readonly kind: VenueOrderKind }
  | { readonly step: 'cancel'; readonly part: LiveOrder; readonly reason: string }
  | { readonly step: 'end'; readonly state: 'canceled' | 'expired'; readonly reason: string };

/** Parts in a row that the exchange refused, or that could not be sent, before the order is given up. */
const MOST_REFUSALS = 3;
const WAIT: PartsDecision = { step: 'wait' };

/** What an order in parts does next; only one part is open at a time, and fills alone fill the order. */
export function decideParts(question: PartsQuestion): PartsDecision {
  const { whole, plan, parts, nowMs } = question;
  const open = parts.find(isOpen);
  const isOver = nowMs >= whole.createdAtMs + plan.durationMs;
  if (open !== undefined) return onOpenPart(question, open, isOver);
  if (whole.cancelReason !== undefined) return { step: 'end', state: 'canceled', reason: whole.cancelReason };
  const refusals = refusedInARow(parts);
  if (refusals >= MOST_REFUSALS) {
    const why = parts.at(-1)?.reason ?? 'no reason given';
    return { step: 'end', state: 'canceled', reason: `parts_refused: ${String(refusals)} parts in a row: ${why}` };
  }
  const left = floorToStep(parseDecimal(unbookedQty(whole)), question.lotSize);
  if (left.lt(question.leastQty)) {
    return {
      step: 'end',
      state: 'canceled',
      reason: `rest_too_small: ${formatDecimal(left)} is less than the exchange takes`,
    };
  }
  if (!isOver) return plan.kind === 'twap' ? nextSlice(question, left) : nextShown(question, left);
  // What the last attempt left over is not tried for ever.
  const isGivenUp = nowMs >= whole.createdAtMs + 2 * plan.durationMs;
  if (plan.finish === 'leave' || isGivenUp) {
    return { step: 'end', state: 'expired', reason: `time_over: ${formatDecimal(left)} of ${whole.qty} are left` };
  }
  return { step: 'make', qty: left, kind: { type: 'market' } };
}

function onOpenPart({ whole, plan, nowMs }: PartsQuestion, part: LiveOrder, isOver: boolean): PartsDecision {
  if (part.cancelReason !== undefined) return WAIT;
  if (whole.cancelReason !== undefined) return { step: 'cancel', part, reason: whole.cancelReason };
  // A part that had ended was told of one more fill: what is open would fill more than is wanted.
  if (parseDecimal(unbookedQty(part)).gt(parseDecimal(unbookedQty(whole)))) {
    return { step: 'cancel', part, reason: 'part_replaced: an earlier one has filled more than was known' };
  }
  if (part.kind.type === 'market' || plan.kind === 'twap') return WAIT;
  if (isOver) return { step: 'cancel', part, reason: 'part_replaced: its time is over' };
  const isStale = nowMs >= part.createdAtMs + plan.repriceMs;
  return isStale ? { step: 'cancel', part, reason: 'part_replaced: at another price' } : WAIT;
}

/** What is due by now and not filled; the rest after it must not be too small to be sold by itself. */
function nextSlice({ whole, plan, nowMs, lotSize, leastQty }: PartsQuestion, left: Decimal): PartsDecision {
  if (plan.kind !== 'twap') return WAIT;
  const due = parseDecimal(dueQty(plan.slices, nowMs - whole.createdAtMs)).minus(parseDecimal(whole.filledQty));
  // What earlier slices have left is made up for, but never in one part above the share.
  const qty = floorToStep(Decimal.min(due, left, parseDecimal(plan.mostQty)), lotSize);
  if (qty.lt(leastQty)) return WAIT;
  const isLast = left.minus(qty).lt(leastQty);
  return { step: 'make', qty: isLast ? left : qty, kind: { type: 'market' } };
}

/** A share of it at the last price, from the side that trades at once; a buy never above what it may pay. */
function nextShown(question: PartsQuestion, leftQty: Decimal): PartsDecision {
  const { whole, plan, price, lotSize, tickSize, leastQty, reserveRatio } = question;
  if (plan.kind !== 'iceberg' || price === undefined) return WAIT;
  const last = parseDecimal(price);
  const most = parseDecimal(whole.referencePrice).times(Decimal.of(reserveRatio).plus(1));
  if (whole.side === 'buy' && last.gt(most)) return WAIT;
  const ticks = last.div(tickSize);
  const limit = (whole.side === 'buy' ? ticks.floor() : ticks.ceil()).times(tickSize);
  const { shownShare } = plan;
  const mostQty = parseDecimal(plan.mostQty);
  const qty = shownQty({ qty: parseDecimal(whole.qty), leftQty, lotSize, leastQty, mostQty, shownShare });
  const kind = { type: 'limit', price: formatDecimal(limit), timeInForce: 'gtc', postOnly: false } as const;
  return { step: 'make', qty, kind };
}

function refusedInARow(parts: readonly LiveOrder[]): number {
  const last = parts.findLastIndex(({ state, filledQty, cancelReason }) => {
    const isRefused =
      state === 'rejected' || state === 'expired' || (state === 'canceled' && cancelReason === undefined);
    return !isRefused || !parseDecimal(filledQty).isZero();
  });
  return parts.length - 1 - last;
}
