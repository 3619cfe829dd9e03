import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { z } from 'zod';
import type { ListedMarket, ListedMarkets } from '../listed-markets.js';
import { consistentOrder, hasEnded } from '../order-state.js';
import {
  amountField,
  idField,
  optionalIdField,
  positiveField,
  readReply,
  timeField,
  unreadable,
} from '../reply-fields.js';
import type { VenueFill, VenueOrder, VenueOrderState } from '../venue.js';

/** Begins the venue order id of an OCO, which is that of its list. */
const LIST = 'list:';
/** Ends of the client ids of an OCO's legs: its profit and its stop. */
export const LEG_ENDS = { profit: '-p', stop: '-s' } as const;

const STATES: ReadonlyMap<string, VenueOrderState> = new Map(
  Object.entries<VenueOrderState>({
    ...{ NEW: 'open', PENDING_NEW: 'open', PARTIALLY_FILLED: 'partially_filled', FILLED: 'filled' },
    ...{ CANCELED: 'canceled', REJECTED: 'rejected', EXPIRED: 'expired', EXPIRED_IN_MATCH: 'expired' },
  }),
);

export const listField = z.int().nullish();

const orderShape = z.object({
  symbol: idField,
  orderId: idField,
  orderListId: listField,
  clientOrderId: optionalIdField,
  origQty: positiveField,
  executedQty: amountField,
  status: z.string(),
  side: z.enum(['BUY', 'SELL']),
  time: timeField.optional(),
  transactTime: timeField.optional(),
});

const fillShape = z.object({
  symbol: idField,
  id: idField,
  orderId: idField,
  orderListId: listField,
  price: positiveField,
  qty: positiveField,
  commission: amountField,
  commissionAsset: z.string().min(1).max(20),
  time: timeField,
  isBuyer: z.boolean(),
  isMaker: z.boolean().optional(),
});

/** @throws TransientError `venue_unreadable`. */
export function readBinanceOrder(value: unknown, markets: ListedMarkets): BinanceOrder {
  const shape = readReply('order', orderShape, value);
  return orderOf(
    {
      orderId: shape.orderId,
      listId: shape.orderListId,
      clientOrderId: shape.clientOrderId ?? undefined,
      qty: shape.origQty,
      filledQty: shape.executedQty,
      status: shape.status,
      side: shape.side,
      createdAtMs: shape.time ?? shape.transactTime,
    },
    marketNamed(shape.symbol, markets),
  );
}

/** An order, and the list that it is a leg of. */
export interface BinanceOrder extends VenueOrder {
  readonly listId: number | undefined;
}

export interface OrderParts {
  readonly orderId: string;
  readonly listId: number | null | undefined;
  readonly clientOrderId: string | undefined;
  readonly qty: string;
  readonly filledQty: string;
  readonly status: string;
  readonly side: 'BUY' | 'SELL';
  readonly createdAtMs: number | undefined;
}

export function orderOf(parts: OrderParts, { symbol }: ListedMarket): BinanceOrder {
  const listId = listIdOf(parts.listId);
  const order = consistentOrder({
    venueOrderId: parts.orderId,
    clientOrderId: parts.clientOrderId,
    symbol,
    side: parts.side === 'BUY' ? 'buy' : 'sell',
    qty: parts.qty,
    filledQty: parts.filledQty,
    state: STATES.get(parts.status) ?? 'unknown',
    createdAtMs: parts.createdAtMs,
  });
  return { ...order, listId };
}

/** @throws TransientError `venue_unreadable`. */
export function readBinanceFill(value: unknown, markets: ListedMarkets): VenueFill {
  const shape = readReply('fill', fillShape, value);
  return {
    tradeId: shape.id,
    venueOrderId: venueOrderIdOf(shape.orderId, shape.orderListId),
    clientOrderId: undefined,
    symbol: marketNamed(shape.symbol, markets).symbol,
    side: shape.isBuyer ? 'buy' : 'sell',
    qty: shape.qty,
    price: shape.price,
    fee: { amount: shape.commission, currency: shape.commissionAsset },
    maker: shape.isMaker,
    atMs: shape.time,
  };
}

export function marketNamed(marketId: string, markets: ListedMarkets): ListedMarket {
  const market = markets.findByName(marketId);
  if (market === undefined) throw unreadable(`symbol: expected one that the venue lists, was ${marketId}`);
  return market;
}

/** The list's id where the order is a leg of one: both legs are one order of the desk. */
export function venueOrderIdOf(orderId: string, listId: number | null | undefined): string {
  const list = listIdOf(listId);
  return list === undefined ? orderId : `${LIST}${String(list)}`;
}

/** The id of the list that a venue order id stands for. */
export function listOfVenueOrderId(venueOrderId: string): string | undefined {
  return venueOrderId.startsWith(LIST) ? venueOrderId.slice(LIST.length) : undefined;
}

/** Each order, with the legs of a list made one. */
export function foldLists(orders: readonly BinanceOrder[]): VenueOrder[] {
  const folded = new Map<string, BinanceOrder[]>();
  for (const order of orders) {
    const id = venueOrderIdOf(order.venueOrderId, order.listId);
    folded.set(id, [...(folded.get(id) ?? []), order]);
  }
  return [...folded].map(([venueOrderId, legs]) => mergeLegs(venueOrderId, legs));
}

/** One order as it is; the legs of a list as one order, whose fills are those of both. */
export function mergeLegs(venueOrderId: string, legs: readonly BinanceOrder[]): VenueOrder {
  const [first] = legs;
  if (first === undefined) throw unreadable(`list ${venueOrderId}: expected its orders, was none`);
  const { listId, ...order } = first;
  if (listId === undefined) return order;
  const filledQty = legs.reduce((sum, leg) => sum.plus(leg.filledQty), Decimal.of(0));
  return consistentOrder({
    ...order,
    venueOrderId,
    clientOrderId: order.clientOrderId?.replace(/-[ps]$/, ''),
    filledQty: formatDecimal(filledQty),
    state: stateOfLegs(legs, filledQty.gt(0)),
  });
}

function stateOfLegs(legs: readonly BinanceOrder[], hasFills: boolean): VenueOrderState {
  const states = legs.map(({ state }) => state);
  if (states.includes('filled')) return 'filled';
  if (states.includes('unknown')) return 'unknown';
  if (!states.every(hasEnded)) return hasFills ? 'partially_filled' : 'open';
  return (['canceled', 'expired'] as const).find((state) => states.includes(state)) ?? 'rejected';
}

function listIdOf(listId: number | null | undefined): number | undefined {
  return listId === null || listId === undefined || listId < 0 ? undefined : listId;
}
