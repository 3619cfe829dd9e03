import { Decimal } from '@octant/trading/money/decimal';
import { unreadable } from './reply-fields.js';
import type { VenueOrder, VenueOrderState } from './venue.js';

const ENDED: ReadonlySet<VenueOrderState> = new Set(['filled', 'canceled', 'rejected', 'expired']);

/** Whether nothing can happen to the order any more. */
export function hasEnded(state: VenueOrderState): boolean {
  return ENDED.has(state);
}

/**
 * The order with a state that its quantities bear out: an open one with fills is partially filled, and one that says filled
 * and is not, or says partially and has no fill, is unknown.
 *
 * @throws TransientError `venue_unreadable` for more filled than ordered.
 */
export function consistentOrder(order: VenueOrder): VenueOrder {
  const { qty, filledQty, state } = order;
  if (Decimal.of(filledQty).gt(qty)) {
    throw unreadable(`order ${order.venueOrderId}: expected at most ${qty} filled, was ${filledQty}`);
  }
  const has = { fills: Decimal.of(filledQty).gt(0), all: Decimal.of(filledQty).eq(qty) };
  return { ...order, state: borneOut(state, has) };
}

function borneOut(state: VenueOrderState, has: { fills: boolean; all: boolean }): VenueOrderState {
  if (state === 'open') return has.all ? 'unknown' : has.fills ? 'partially_filled' : 'open';
  if (state === 'partially_filled') return has.fills && !has.all ? state : 'unknown';
  if (state === 'filled') return has.all ? state : 'unknown';
  return state;
}
