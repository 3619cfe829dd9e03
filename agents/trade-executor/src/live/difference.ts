export type DifferenceKind =
  /** A fill at the venue that the feed had missed; booked. */
  | 'missing_fill'
  /** A fill of an order that is not ours, made by hand or by another program. */
  | 'foreign_fill'
  /** A fill of our order that the books cannot take. */
  | 'unbookable_fill'
  /** The venue tells of more filled than its fills add up to. */
  | 'fills_outstanding'
  /** An open order with our prefix that was never intended here. */
  | 'orphan_order'
  /** An open order of somebody else. */
  | 'foreign_order'
  /** An order that is open here and that the venue does not know. */
  | 'order_missing'
  /** An order whose outcome nobody can tell by itself. */
  | 'order_unresolved'
  /** Two orders at the venue under one client id. */
  | 'duplicate_order'
  /** What the venue's account holds of a currency is not the baseline and the books. */
  | 'balance';

export type DifferenceState = 'open' | 'repaired' | 'accepted' | 'gone';

export interface FoundDifference {
  readonly kind: DifferenceKind;
  /** Order id, trade id or currency; one open difference a kind and subject. */
  readonly subject: string;
  /** Symbols that it concerns. */
  readonly symbols: readonly string[];
  /** While it is open its symbols may only reduce. */
  readonly blocking: boolean;
  readonly explanation: string;
  /** What accepting it does. */
  readonly proposal: string;
  readonly figures: Readonly<Record<string, string>>;
}

export interface Difference extends FoundDifference {
  readonly id: number;
  readonly state: DifferenceState;
  readonly foundAtMs: number;
  readonly resolvedAtMs: number | undefined;
  readonly resolvedBy: string | undefined;
}
