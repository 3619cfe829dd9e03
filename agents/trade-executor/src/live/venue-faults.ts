import { symbolName } from '@octant/trading/messages/envelope';
import { parseDecimal } from '@octant/trading/money/decimal';
import type { VenueFill, VenueOrder } from '@octant/venue/venue';

/** What keeps a fill from being read: a venue's reply is believed only as far as it makes sense. Undefined: nothing. */
export function fillFault(fill: VenueFill): string | undefined {
  if (!isText(fill.tradeId)) return 'expected a trade id, was none';
  if (!isText(fill.venueOrderId)) return 'expected an order id, was none';
  if (!symbolName.safeParse(fill.symbol).success) return `expected a symbol, was ${JSON.stringify(fill.symbol)}`;
  if (!isSide(fill.side)) return `expected buy or sell, was ${JSON.stringify(fill.side)}`;
  if (!isAbove0(fill.qty)) return `expected a quantity above 0, was ${JSON.stringify(fill.qty)}`;
  if (!isAbove0(fill.price)) return `expected a price above 0, was ${JSON.stringify(fill.price)}`;
  if (!Number.isSafeInteger(fill.atMs)) return `expected an instant, was ${JSON.stringify(fill.atMs)}`;
  if (decimalOf(fill.fee.amount) === undefined || !isText(fill.fee.currency)) return 'expected a fee, was none';
  return undefined;
}

/** What keeps an order from being read; undefined for nothing. */
export function orderFault(order: VenueOrder): string | undefined {
  if (!isText(order.venueOrderId)) return 'expected an order id, was none';
  if (!isSide(order.side)) return `expected buy or sell, was ${JSON.stringify(order.side)}`;
  const filled = decimalOf(order.filledQty);
  if (filled === undefined || filled.lt(0)) {
    return `expected a filled quantity of 0 or more, was ${JSON.stringify(order.filledQty)}`;
  }
  return undefined;
}

function decimalOf(text: unknown) {
  if (typeof text !== 'string') return undefined;
  try {
    return parseDecimal(text);
  } catch {
    return undefined;
  }
}

function isAbove0(text: unknown): boolean {
  return decimalOf(text)?.gt(0) === true;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isSide(value: unknown): boolean {
  return value === 'buy' || value === 'sell';
}
