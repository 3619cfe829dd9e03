import type { Decimal } from '@octant/trading/money/decimal';
import type { MarketBook } from './market-book.js';
import type { VenueRules } from './sim-market.js';
import { crosses, hasLimit, triggersAt, type OrderSpec, type SimOrder } from './sim-order.js';

/** Why a venue says no, in nobody's words; each venue has its own for them. */
export type RejectCode =
  | 'unknown_symbol'
  | 'no_price'
  | 'bad_order'
  | 'price_step'
  | 'qty_step'
  | 'qty_range'
  | 'min_notional'
  | 'insufficient_funds'
  | 'duplicate_client_id'
  | 'would_take'
  | 'would_trigger'
  | 'not_open';

/** The market's rules for an order; undefined where it keeps them. */
export function checkSpec(book: MarketBook, spec: OrderSpec): RejectCode | undefined {
  if (book.price === undefined) return 'no_price';
  if (!isWellFormed(spec)) return 'bad_order';
  const refused = checkStep(book, spec.price) ?? checkStep(book, spec.stopPrice);
  return refused ?? checkQty(book, spec.qty, spec.price ?? spec.stopPrice ?? book.price);
}

export function checkStep(book: MarketBook, price: Decimal | undefined): RejectCode | undefined {
  if (price === undefined) return undefined;
  return price.lte(0) || !price.mod(book.tick).isZero() ? 'price_step' : undefined;
}

export function checkQty(book: MarketBook, qty: Decimal, price: Decimal): RejectCode | undefined {
  const { minQty, maxQty, minNotional } = book.market;
  if (qty.lt(minQty) || qty.gt(maxQty)) return 'qty_range';
  if (!qty.mod(book.lot).isZero()) return 'qty_step';
  return qty.times(price).lt(minNotional) ? 'min_notional' : undefined;
}

/** What the price of the moment has against it. */
export function checkPrice(order: SimOrder, price: Decimal, rules: VenueRules): RejectCode | undefined {
  const { type, side, postOnly } = order.spec;
  if (type === 'limit' && postOnly && rules.crossingPostOnly === 'reject') {
    if (crosses({ side, price: order.price }, price)) return 'would_take';
  }
  if (order.spec.trailingRatio === undefined && rules.crossedStop === 'reject' && triggersAt(order, price)) {
    return 'would_trigger';
  }
  return undefined;
}

function isWellFormed(spec: OrderSpec): boolean {
  const { type, price, stopPrice, trailingRatio } = spec;
  if (hasLimit(type) !== (price !== undefined)) return false;
  if (type === 'trailing_stop' || type === 'trailing_stop_limit') {
    return trailingRatio !== undefined && trailingRatio.gt(0) && trailingRatio.lt(1);
  }
  const waits = type !== 'market' && type !== 'limit';
  return trailingRatio === undefined && waits === (stopPrice !== undefined);
}
