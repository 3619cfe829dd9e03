import type { Slice } from '@octant/trading/exchange/algorithms/plan-slices';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';

/** How an order goes out in parts, written down when it comes. */
export type PartsPlan =
  | {
      readonly kind: 'twap';
      readonly slices: readonly Slice[];
      readonly durationMs: number;
      readonly finish: 'market' | 'leave';
      /** Most of one part, but for the rest at the end. */
      readonly mostQty: string;
    }
  | {
      readonly kind: 'iceberg';
      readonly shownShare: number;
      readonly repriceMs: number;
      readonly durationMs: number;
      readonly finish: 'market' | 'leave';
      /** Most of one part, but for the rest at the end. */
      readonly mostQty: string;
    };

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
