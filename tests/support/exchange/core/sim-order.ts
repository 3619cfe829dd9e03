import type { OrderSide } from '@octant/trading/messages/envelope';
import type { Decimal } from '@octant/trading/money/decimal';
import type { Claim } from './account.js';

export type SimOrderType =
  | 'market'
  | 'limit'
  | 'stop_loss'
  | 'stop_limit'
  | 'take_profit'
  | 'take_profit_limit'
  | 'trailing_stop'
  | 'trailing_stop_limit';

export type SimOrderStatus = 'new' | 'partially_filled' | 'filled' | 'canceled' | 'expired';

/** An order as it is asked for. */
export interface OrderSpec {
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: SimOrderType;
  readonly qty: Decimal;
  /** Of the limit types. */
  readonly price: Decimal | undefined;
  /** Of the stop types; of a trailing one the price from which on it follows, where there is one. */
  readonly stopPrice: Decimal | undefined;
  /** Distance of a trailing stop, a share of the price. */
  readonly trailingRatio: Decimal | undefined;
  readonly timeInForce: 'gtc' | 'ioc' | 'fok';
  readonly postOnly: boolean;
}

/** An order at the venue. */
export interface SimOrder {
  readonly id: number;
  readonly account: string;
  readonly spec: OrderSpec;
  /** Two orders of which the first to trade or to trigger ends the other. */
  readonly listId: number | undefined;
  readonly createdAtMs: number;
  readonly claim: Claim;
  qty: Decimal;
  price: Decimal | undefined;
  /** Where it triggers; of a trailing stop it moves, and is undefined until it follows. */
  stopPrice: Decimal | undefined;
  /** Best price that a trailing stop has seen. */
  extreme: Decimal | undefined;
  triggered: boolean;
  status: SimOrderStatus;
  filledQty: Decimal;
  filledQuote: Decimal;
  fees: Decimal;
  updatedAtMs: number;
  /** Why it ended, where it did not fill. */
  reason: string | undefined;
}

export interface SimFill {
  /** Of all of the venue's fills. */
  readonly sequence: number;
  /** Of the fills in its market. */
  readonly tradeId: number;
  readonly orderId: number;
  readonly clientOrderId: string | undefined;
  readonly account: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: SimOrderType;
  readonly qty: Decimal;
  readonly price: Decimal;
  readonly quoteQty: Decimal;
  readonly fee: Decimal;
  readonly feeAsset: string;
  readonly maker: boolean;
  readonly atMs: number;
}

export type OrderChange = 'new' | 'triggered' | 'trade' | 'amended' | 'canceled' | 'expired';

/** What happened to one order; the order is as it was right after. */
export interface EngineEvent {
  readonly change: OrderChange;
  readonly order: SimOrder;
  readonly fill: SimFill | undefined;
  readonly atMs: number;
}

const limitTypes: ReadonlySet<SimOrderType> = new Set([
  'limit',
  'stop_limit',
  'take_profit_limit',
  'trailing_stop_limit',
]);

export function hasLimit(type: SimOrderType): boolean {
  return limitTypes.has(type);
}

export function waitsForTrigger(order: SimOrder): boolean {
  return !order.triggered && order.spec.type !== 'market' && order.spec.type !== 'limit';
}

export function isOpen(order: SimOrder): boolean {
  return order.status === 'new' || order.status === 'partially_filled';
}

export function remainingOf(order: SimOrder): Decimal {
  return order.qty.minus(order.filledQty);
}

/** The stop types trigger when the price gets worse, take-profits when it gets better. */
export function triggersAt(order: SimOrder, price: Decimal): boolean {
  const { stopPrice, spec } = order;
  if (stopPrice === undefined) return false;
  const risesTo = (spec.side === 'buy') !== (spec.type === 'take_profit' || spec.type === 'take_profit_limit');
  return risesTo ? price.gte(stopPrice) : price.lte(stopPrice);
}

/** Whether a limit would trade at that price. */
export function crosses(order: { side: OrderSide; price: Decimal | undefined }, price: Decimal): boolean {
  if (order.price === undefined) return false;
  return order.side === 'buy' ? order.price.gte(price) : order.price.lte(price);
}
