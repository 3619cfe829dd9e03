import { Decimal, floorToStep, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { OrderSide } from '@octant/trading/messages/envelope';
import type { VenueMarket, VenueOrderKind, VenueOrderRequest } from './venue.js';

/** A rule of the venue that the order breaks. */
export type VenueRule =
  'active' | 'price_above_zero' | 'tick_size' | 'lot_size' | 'min_qty' | 'max_qty' | 'min_notional';

export type VenueCheck =
  | { readonly outcome: 'passed' }
  /** `reason` says which number was expected and which there was. */
  | { readonly outcome: 'denied'; readonly rule: VenueRule; readonly reason: string };

type Priced = Pick<VenueOrderRequest, 'qty' | 'kind' | 'side'>;
type PriceField = 'price' | 'stopPrice' | 'stopLimitPrice';

const PRICE_FIELDS: readonly PriceField[] = ['price', 'stopPrice', 'stopLimitPrice'];

/**
 * Quantity and prices on the venue's steps: the quantity down, limits to the side that is not worse for us (a buy down, a
 * sell up), stops to the nearest tick. What becomes 0 is left for the check.
 */
export function roundToVenueSteps<Order extends Priced>(market: VenueMarket, order: Order): Order {
  const tick = parseDecimal(market.tickSize);
  const qty = formatDecimal(floorToStep(parseDecimal(order.qty), parseDecimal(market.lotSize)));
  const prices = pricesOf(order.kind).map(([field, text]) => {
    const price = parseDecimal(text);
    return [field, formatDecimal(field === 'price' ? limitOnTick(price, tick, order.side) : nearestTick(price, tick))];
  });
  return { ...order, qty, kind: { ...order.kind, ...Object.fromEntries(prices) } as VenueOrderKind };
}

/**
 * Whether the order keeps the venue's rules, in exact decimals. `lastPrice` stands for the price of an order without one
 * where the least notional is checked; without it a market order's notional is left to the venue.
 */
export function checkVenueOrder(market: VenueMarket, order: Priced, lastPrice?: string): VenueCheck {
  const checks = [checkActive(market), ...checkPrices(market, order.kind), ...checkQty(market, order.qty)];
  for (const check of checks) if (check.outcome === 'denied') return check;
  return checkNotional(market, order, lastPrice);
}

function checkActive({ active, symbol }: VenueMarket): VenueCheck {
  return active ? passed : denied('active', `${symbol}: expected a market that trades, was closed`);
}

function checkPrices({ tickSize }: VenueMarket, kind: VenueOrderKind): VenueCheck[] {
  return pricesOf(kind).map(([field, text]) => {
    const price = parseDecimal(text);
    if (price.lte(0)) return denied('price_above_zero', `${field}: expected above 0, was ${text}`);
    if (!isOnStep(price, tickSize)) {
      return denied('tick_size', `${field}: expected a multiple of the tick ${tickSize}, was ${text}`);
    }
    return passed;
  });
}

function checkQty({ lotSize, minQty, maxQty }: VenueMarket, text: string): VenueCheck[] {
  const qty = parseDecimal(text);
  const least = Decimal.max(minQty ?? '0', '0');
  return [
    qty.lte(0) || qty.lt(least)
      ? denied(
          'min_qty',
          `qty: expected ${least.isZero() ? 'above 0' : `at least ${formatDecimal(least)}`}, was ${text}`,
        )
      : passed,
    isOnStep(qty, lotSize) ? passed : denied('lot_size', `qty: expected a multiple of the lot ${lotSize}, was ${text}`),
    maxQty !== undefined && qty.gt(maxQty) ? denied('max_qty', `qty: expected at most ${maxQty}, was ${text}`) : passed,
  ];
}

function checkNotional({ minNotional }: VenueMarket, { qty, kind }: Priced, lastPrice: string | undefined): VenueCheck {
  // Each price of an OCO is one that it may fill at.
  const prices = pricesOf(kind).map(([, text]) => text);
  const known = prices.length > 0 ? prices : lastPrice === undefined ? [] : [lastPrice];
  const [first, ...others] = known;
  if (minNotional === undefined || first === undefined) return passed;
  const notional = Decimal.min(first, ...others).times(qty);
  if (notional.gte(minNotional)) return passed;
  return denied('min_notional', `qty times price: expected at least ${minNotional}, was ${formatDecimal(notional)}`);
}

function pricesOf(kind: VenueOrderKind): [PriceField, string][] {
  const fields = kind as Partial<Record<PriceField, string | undefined>>;
  return PRICE_FIELDS.flatMap((field) => {
    const text = fields[field];
    return text === undefined ? [] : [[field, text] as [PriceField, string]];
  });
}

function limitOnTick(price: Decimal, tick: Decimal, side: OrderSide): Decimal {
  const below = floorToStep(price, tick);
  return side === 'buy' || below.eq(price) ? below : below.plus(tick);
}

function nearestTick(price: Decimal, tick: Decimal): Decimal {
  const below = floorToStep(price, tick);
  return price.minus(below).times(2).gte(tick) ? below.plus(tick) : below;
}

function isOnStep(value: Decimal, step: string): boolean {
  return value.mod(step).isZero();
}

const passed: VenueCheck = { outcome: 'passed' };

function denied(rule: VenueRule, reason: string): VenueCheck {
  return { outcome: 'denied', rule, reason };
}
