import { planTwap, type Slice } from '@octant/trading/exchange/algorithms/plan-slices';
import type { Instrument } from '@octant/trading/market/instrument';
import { seededRandom } from '@octant/trading/market/random';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { LiveDesk } from '../live-desk.js';
import type { LiveSubmission } from '../take-live-order.js';

/** How an order goes out in parts, written down when it comes. */
export type PartsPlan =
  | {
      readonly kind: 'twap';
      readonly slices: readonly Slice[];
      readonly durationMs: number;
      readonly finish: 'market' | 'leave';
    }
  | {
      readonly kind: 'iceberg';
      readonly shownShare: number;
      readonly repriceMs: number;
      readonly durationMs: number;
      readonly finish: 'market' | 'leave';
    };

const HOURS_A_DAY = 24;

/**
 * The plan of an order that is large for its market: above a share of what the market trades in an average hour. Undefined for
 * one that goes out whole: a smaller one, one that cannot be cut, one at another price than the market's, and any order of a
 * market whose volume is not known.
 */
export function partsPlanOf(desk: LiveDesk, order: LiveSubmission, instrument: Instrument): PartsPlan | undefined {
  const { algorithm } = desk.settings();
  const { kind, slices, durationMs, shownShare, repriceMs, finish } = algorithm;
  const dayVolume = desk.dayVolumes().get(order.symbol);
  const isOwnKind = order.kind !== undefined && order.kind.type !== 'market';
  if (kind === 'none' || dayVolume === undefined || isOwnKind || order.exitOf !== undefined) return undefined;
  const qty = parseDecimal(order.qty);
  const hourVolume = parseDecimal(dayVolume).div(HOURS_A_DAY);
  if (qty.lte(hourVolume.times(String(algorithm.aboveVolumeShare)))) return undefined;
  const leastQty = leastQtyOf(desk, order, instrument);
  if (qty.lt(leastQty.times(2))) return undefined;
  if (kind === 'iceberg') return { kind, shownShare, repriceMs, durationMs, finish };
  const random = seededRandom(order.orderId);
  const planned = planTwap({ qty, lotSize: instrument.lotSize, leastQty, slices, durationMs, random });
  return planned.length < 2 ? undefined : { kind, slices: planned, durationMs, finish };
}

/** Least base quantity that the venue takes, with room for a price that has fallen by a tenth. */
export function leastQtyOf(
  desk: Pick<LiveDesk, 'markets'>,
  { symbol, referencePrice }: { readonly symbol: string; readonly referencePrice: string },
  { minNotional, lotSize }: Instrument,
): Decimal {
  const byNotional = minNotional.div(parseDecimal(referencePrice).times('0.9'));
  const least = Decimal.max(byNotional, parseDecimal(desk.markets().get(symbol)?.minQty ?? '0'), lotSize);
  return least.div(lotSize).ceil().times(lotSize);
}

/** `<order>.p1`, `.p2` and so on: a part of an order. */
export function partOrderId(orderId: string, number: number): string {
  return `${orderId}.p${String(number)}`;
}

/** Whether an id ends like that of a part: no other order may have such a one. */
export function isPartOrderId(orderId: string): boolean {
  return /\.p\d+$/.test(orderId);
}

/** Base quantity that the slices up to now add up to; decimal string. */
export function dueQty(slices: readonly Slice[], sinceMs: number): string {
  const due = slices.filter(({ afterMs }) => afterMs <= sinceMs);
  return formatDecimal(due.reduce((sum, { qty }) => sum.plus(parseDecimal(qty)), Decimal.of(0)));
}
