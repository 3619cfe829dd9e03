import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import { isFinalState } from '@octant/trading/exchange/order-state';
import type { OrderSide, TimeframeName } from '@octant/trading/messages/envelope';
import { orderState, type OrderState } from '@octant/trading/messages/execution';
import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { PartsPlan } from './algorithms/parts-plan.js';
import type { RiskApproval } from '@octant/trading/risk/risk-approved';
import type { VenueOrderKind, VenueOrderState } from '@octant/venue/venue';

/** An order as it was wanted; nothing of it changes later. */
export interface LiveOrderTerms {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly kind: VenueOrderKind;
  readonly reduceOnly: boolean;
  readonly referencePrice: string;
  /** Quote currency that one base unit of it reserves while it is open; "0" of a sell. */
  readonly reservePrice: string;
  readonly notBeforeMs: number;
  readonly timeframe: TimeframeName | undefined;
  readonly exits?: ExitTerms | undefined;
  /** The entry whose position it leaves, of an order that its exits made. */
  readonly exitOf?: string | undefined;
  /** How it goes out in parts; undefined of one that goes out whole. */
  readonly algorithm?: PartsPlan | undefined;
  /** The order that it is a part of. */
  readonly partOf?: string | undefined;
  readonly requestId: string;
  readonly sessionId: string;
  readonly traceId: string;
}

/** An order as it is written down when it comes. */
export interface LiveIntent extends LiveOrderTerms {
  readonly state: 'intended' | 'denied';
  readonly reason: string | undefined;
  readonly haltVersion: number;
  readonly approval: RiskApproval | undefined;
  readonly exchange: string;
}

/** What of an order changes; times are the store's own, epoch ms. */
export interface LiveOrderProgress {
  readonly state: OrderState;
  readonly reason: string | undefined;
  /** Base quantity whose fills are booked, as the venue counts it (fees in base currency not taken out). */
  readonly filledQty: string;
  readonly fillCount: number;
  /** Fence of the attempt that may have a request under way; undefined when none may. */
  readonly owner: string | undefined;
  readonly leaseUntilMs: number;
  /** All requests so far are refused by the venue after it; null: one of them never expires. */
  readonly requestsExpireAtMs: number | null;
  readonly attempts: number;
  readonly lookUps: number;
  readonly dueAtMs: number;
  readonly venueOrderId: string | undefined;
  readonly venueState: VenueOrderState | undefined;
  /** Base quantity that the venue says has filled; the fills that make it up may still be on their way. */
  readonly venueFilledQty: string;
  readonly cancelReason: string | undefined;
  readonly cancelDueAtMs: number | undefined;
  readonly cancelAttempts: number;
}

export interface LiveOrder extends LiveOrderTerms, LiveOrderProgress {
  readonly createdAtMs: number;
}

export type LiveOrderPatch = Partial<LiveOrderProgress>;

/** States in which an order may still fill, and counts against cash and position. */
export const OPEN_STATES: readonly OrderState[] = orderState.options.filter((state) => !isFinalState(state));

export function isOpen(order: Pick<LiveOrder, 'state'>): boolean {
  return !isFinalState(order.state);
}

/** Base quantity that has not been booked. */
export function unbookedQty(order: Pick<LiveOrder, 'qty' | 'filledQty'>): string {
  return formatDecimal(parseDecimal(order.qty).minus(parseDecimal(order.filledQty)));
}

/** Whether the venue has told of fills that are not booked. */
export function awaitsFills(order: Pick<LiveOrder, 'filledQty' | 'venueFilledQty'>): boolean {
  return parseDecimal(order.venueFilledQty).gt(parseDecimal(order.filledQty));
}
