import type { OrderSide } from '../messages/envelope.js';
import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';

/** One fill as reports list it; decimal strings, `qty` in base and the rest in quote currency. */
export interface TripFill {
  symbol: string;
  side: OrderSide;
  qty: string;
  price: string;
  feeQuote: string;
  atMs: number;
}

/** A position from its first buy until it is back at 0. */
export interface RoundTrip {
  symbol: string;
  openedAtMs: number;
  closedAtMs: number;
  /** What its buys cost, fees left out. */
  entryQuote: string;
  /** Sales - purchases - fees of both. */
  pnlQuote: string;
}

interface OpenTrip {
  openedAtMs: number;
  qty: Decimal;
  bought: Decimal;
  sold: Decimal;
  fees: Decimal;
}

/**
 * The closed round trips of fills, in the order in which they closed; positions still open at the end are left out. Parts
 * bought at several prices are one average-cost position, so a trip may have any number of buys and sells.
 *
 * @param fills in the order in which they happened; symbols may be mixed.
 * @throws RangeError for a sale above the position, a quantity that is not above 0, or text that is no decimal.
 */
export function roundTrips(fills: readonly TripFill[]): RoundTrip[] {
  const open = new Map<string, OpenTrip>();
  const closed: RoundTrip[] = [];
  for (const fill of fills) {
    const trip = open.get(fill.symbol) ?? openTrip(fill);
    book(trip, fill);
    if (!trip.qty.isZero()) {
      open.set(fill.symbol, trip);
      continue;
    }
    open.delete(fill.symbol);
    closed.push({
      symbol: fill.symbol,
      openedAtMs: trip.openedAtMs,
      closedAtMs: fill.atMs,
      entryQuote: formatDecimal(trip.bought),
      pnlQuote: formatDecimal(trip.sold.minus(trip.bought).minus(trip.fees)),
    });
  }
  return closed;
}

function openTrip(fill: TripFill): OpenTrip {
  const zero = Decimal.of(0);
  return { openedAtMs: fill.atMs, qty: zero, bought: zero, sold: zero, fees: zero };
}

function book(trip: OpenTrip, fill: TripFill): void {
  const qty = parseDecimal(fill.qty);
  if (!qty.gt(0)) throw new RangeError(`qty of ${fill.symbol}: expected more than 0, was ${fill.qty}`);
  const notional = qty.times(parseDecimal(fill.price));
  trip.fees = trip.fees.plus(parseDecimal(fill.feeQuote));
  if (fill.side === 'buy') {
    trip.qty = trip.qty.plus(qty);
    trip.bought = trip.bought.plus(notional);
    return;
  }
  if (qty.gt(trip.qty)) {
    const held = formatDecimal(trip.qty);
    throw new RangeError(`qty of ${fill.symbol}: expected a sale of at most the position ${held}, was ${fill.qty}`);
  }
  trip.qty = trip.qty.minus(qty);
  trip.sold = trip.sold.plus(notional);
}
