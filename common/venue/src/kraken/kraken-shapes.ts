import { Decimal } from '@octant/trading/money/decimal';
import { z } from 'zod';
import type { ListedMarket, ListedMarkets } from '../listed-markets.js';
import { consistentOrder } from '../order-state.js';
import {
  amountField,
  idField,
  optionalIdField,
  positiveField,
  readReply,
  secondsField,
  unreadable,
} from '../reply-fields.js';
import type { VenueFill, VenueOrder, VenueOrderState } from '../venue.js';

const STATES: ReadonlyMap<string, VenueOrderState> = new Map(
  Object.entries<VenueOrderState>({
    ...{ pending: 'open', open: 'open', pending_new: 'open', new: 'open', partially_filled: 'partially_filled' },
    ...{ filled: 'filled', closed: 'filled', canceled: 'canceled', expired: 'expired' },
  }),
);

const orderShape = z.object({
  cl_ord_id: optionalIdField,
  status: z.string(),
  opentm: secondsField,
  descr: z.object({ pair: idField, type: z.enum(['buy', 'sell']) }),
  vol: positiveField,
  vol_exec: amountField,
});

const fillShape = z.object({
  ordertxid: idField,
  cl_ord_id: optionalIdField,
  pair: idField,
  time: secondsField,
  type: z.enum(['buy', 'sell']),
  price: positiveField,
  vol: positiveField,
  fee: amountField,
  maker: z.boolean().optional(),
});

export function krakenStateOf(status: string): VenueOrderState {
  return STATES.get(status) ?? 'unknown';
}

/** An order of `OpenOrders`, `ClosedOrders` or `QueryOrders`. @throws TransientError `venue_unreadable`. */
export function readKrakenOrder(id: string, value: unknown, markets: ListedMarkets): VenueOrder {
  const shape = readReply(`order ${id}`, orderShape, value);
  const market = markets.findByName(shape.descr.pair);
  if (market === undefined)
    throw unreadable(`order ${id}: expected a pair that the venue lists, was ${shape.descr.pair}`);
  return consistentOrder({
    venueOrderId: id,
    clientOrderId: shape.cl_ord_id ?? undefined,
    symbol: market.symbol,
    side: shape.descr.type,
    qty: shape.vol,
    filledQty: shape.vol_exec,
    state: stateOf(shape),
    createdAtMs: shape.opentm,
  });
}

/** An order that is closed can fill no more: when not all of it did, the rest was taken back. */
function stateOf({ status, vol, vol_exec: filled }: z.output<typeof orderShape>): VenueOrderState {
  return status === 'closed' && Decimal.of(filled).lt(vol) ? 'canceled' : krakenStateOf(status);
}

/**
 * A fill of `TradesHistory`; undefined for one of another market. A pair that the venue does not list cannot be of the
 * wanted market, whose names are all known. The fee is in quote currency, which our orders ask for.
 *
 * @throws TransientError `venue_unreadable`.
 */
export function readKrakenFill(
  id: string,
  value: unknown,
  of: { readonly market: ListedMarket; readonly markets: ListedMarkets },
): VenueFill | undefined {
  const shape = readReply(`fill ${id}`, fillShape, value);
  if (of.markets.findByName(shape.pair)?.symbol !== of.market.symbol) return undefined;
  return {
    tradeId: id,
    venueOrderId: shape.ordertxid,
    clientOrderId: shape.cl_ord_id ?? undefined,
    symbol: of.market.symbol,
    side: shape.type,
    qty: shape.vol,
    price: shape.price,
    fee: { amount: shape.fee, currency: of.market.quote },
    maker: shape.maker,
    atMs: shape.time,
  };
}
