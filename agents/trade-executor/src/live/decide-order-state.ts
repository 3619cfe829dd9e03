import { canTransition } from '@octant/trading/exchange/order-state';
import type { OrderState } from '@octant/trading/messages/execution';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { VenueOrder, VenueOrderState } from '@octant/venue/venue';
import type { LiveOrder } from './live-order.js';

type Seen = Pick<VenueOrder, 'state' | 'filledQty'>;
type Known = Pick<LiveOrder, 'venueState' | 'venueFilledQty' | 'qty'>;

const ENDED: ReadonlySet<VenueOrderState> = new Set(['filled', 'canceled', 'rejected', 'expired']);

/**
 * What is known of an order at the venue after it was seen once more. Sightings come late and out of order: a filled
 * quantity never shrinks, an end stays an end, and a state that nobody here knows says nothing.
 */
export function withSighting(known: Known, seen: Seen): Pick<LiveOrder, 'venueState' | 'venueFilledQty'> {
  const whole = parseDecimal(known.qty);
  const told = seen.state === 'filled' ? whole : Decimal.min(whole, parseDecimal(seen.filledQty));
  const filled = Decimal.max(parseDecimal(known.venueFilledQty), told);
  return { venueState: laterOf(known.venueState, seen.state), venueFilledQty: formatDecimal(filled) };
}

function laterOf(known: VenueOrderState | undefined, seen: VenueOrderState): VenueOrderState | undefined {
  if (seen === 'unknown' || (known !== undefined && ENDED.has(known))) return known;
  return known === 'partially_filled' && seen === 'open' ? known : seen;
}

/**
 * The state of an order by what is booked and what the venue said of it. Fills alone fill an order: as long as the venue
 * tells of more than is booked it stays open, and its exposure counts.
 */
export function stateByVenue(
  order: Pick<LiveOrder, 'state' | 'qty' | 'filledQty' | 'venueState' | 'venueFilledQty'>,
): OrderState {
  const booked = parseDecimal(order.filledQty);
  if (booked.gte(parseDecimal(order.qty))) return 'filled';
  const { venueState } = order;
  const isBooked = booked.gte(parseDecimal(order.venueFilledQty));
  if (isBooked && (venueState === 'canceled' || venueState === 'expired')) return venueState;
  if (isBooked && venueState === 'rejected') return booked.isZero() ? 'rejected' : 'canceled';
  if (booked.gt(0)) return 'partially_filled';
  return venueState === undefined ? order.state : 'acknowledged';
}

/**
 * The states that an order goes through to `to`: none where it is there, `acknowledged` on the way where the venue has
 * more of it than was known; undefined where the table allows no such way.
 */
export function pathTo(from: OrderState, to: OrderState): readonly OrderState[] | undefined {
  if (from === to) return [];
  if (canTransition(from, to)) return [to];
  const detour = canTransition(from, 'acknowledged') && canTransition('acknowledged', to);
  return detour ? ['acknowledged', to] : undefined;
}
