import { Decimal } from '@octant/trading/money/decimal';
import type { MarketBook } from '../core/market-book.js';
import { isOpen, type SimFill, type SimOrder, type SimOrderType } from '../core/sim-order.js';
import { fixedPlaces } from '../server/fixed-places.js';
import { altName, decimalsOf, pairId, txid } from './kraken-names.js';

export const krakenTypes: Readonly<Record<SimOrderType, string>> = {
  market: 'market',
  limit: 'limit',
  stop_loss: 'stop-loss',
  stop_limit: 'stop-loss-limit',
  take_profit: 'take-profit',
  take_profit_limit: 'take-profit-limit',
  trailing_stop: 'trailing-stop',
  trailing_stop_limit: 'trailing-stop-limit',
};

/** Places of costs and balances: enough for the exact product of a price and a volume. */
export const COST_PLACES = 10;

export function statusOf(order: SimOrder): 'open' | 'closed' | 'canceled' | 'expired' {
  if (isOpen(order)) return 'open';
  return order.status === 'filled' ? 'closed' : order.status === 'expired' ? 'expired' : 'canceled';
}

/** `sell 0.10000000 XBTUSD @ stop loss 48000.0 -> limit 47900.0` */
export function describe(order: SimOrder, { market }: MarketBook): string {
  const places = decimalsOf(market.tickSize);
  const { price, price2 } = pricesOf(order, places);
  const type = krakenTypes[order.spec.type];
  const words = {
    market: 'market',
    limit: `limit ${price}`,
    'stop-loss': `stop loss ${price}`,
    'stop-loss-limit': `stop loss ${price} -> limit ${price2}`,
    'take-profit': `take profit ${price}`,
    'take-profit-limit': `take profit ${price} -> limit ${price2}`,
    'trailing-stop': `trailing stop ${price}`,
  }[type];
  return `${order.spec.side} ${fixedPlaces(order.qty)} ${altName(market)} @ ${words ?? type}`;
}

function pricesOf({ spec, price }: SimOrder, places: number): { price: string; price2: string } {
  const limit = price === undefined ? '0' : fixedPlaces(price, places);
  if (spec.trailingRatio !== undefined) {
    return { price: `+${fixedPlaces(spec.trailingRatio.times(100), 4)}%`, price2: '0' };
  }
  if (spec.stopPrice === undefined) return { price: limit, price2: '0' };
  return { price: fixedPlaces(spec.stopPrice, places), price2: limit };
}

/** As OpenOrders, ClosedOrders and QueryOrders have it. */
export function orderInfo(order: SimOrder, book: MarketBook, trades?: readonly SimFill[]) {
  const { clientOrderId, side, type, postOnly } = order.spec;
  const places = decimalsOf(book.market.tickSize);
  const isEnded = !isOpen(order);
  return {
    ...{ refid: null, userref: null, ...(clientOrderId === undefined ? {} : { cl_ord_id: clientOrderId }) },
    ...{ status: statusOf(order), ...(isEnded ? { reason: order.reason ?? null } : {}) },
    ...{ opentm: order.createdAtMs / 1000, ...(isEnded ? { closetm: order.updatedAtMs / 1000 } : {}) },
    ...{ starttm: 0, expiretm: 0 },
    descr: {
      ...{ pair: altName(book.market), type: side, ordertype: krakenTypes[type], ...pricesOf(order, places) },
      ...{ leverage: 'none', order: describe(order, book), close: '' },
    },
    ...{ vol: fixedPlaces(order.qty), vol_exec: fixedPlaces(order.filledQty) },
    ...{ cost: fixedPlaces(order.filledQuote, COST_PLACES), fee: fixedPlaces(order.fees, 5) },
    ...{ price: fixedPlaces(averageOf(order), places), stopprice: fixedPlaces(order.stopPrice, places) },
    ...{ limitprice: '0.00000', misc: '', oflags: postOnly ? 'fciq,post' : 'fciq' },
    ...(trades === undefined ? {} : { trades: trades.map((fill) => txid('T', fill.sequence)) }),
  };
}

export function averageOf(order: SimOrder): Decimal {
  return order.filledQty.isZero() ? Decimal.of(0) : order.filledQuote.divDown(order.filledQty, COST_PLACES);
}

/** As TradesHistory has it. */
export function tradeInfo(fill: SimFill, { market }: MarketBook) {
  const places = decimalsOf(market.tickSize);
  return {
    ...{ ordertxid: txid('O', fill.orderId), postxid: txid('T', fill.sequence), pair: pairId(market) },
    ...{ time: fill.atMs / 1000, type: fill.side, ordertype: krakenTypes[fill.type], aclass: 'forex' },
    ...{ price: fixedPlaces(fill.price, places), cost: fixedPlaces(fill.quoteQty, COST_PLACES) },
    ...{ fee: fixedPlaces(fill.fee, 5), vol: fixedPlaces(fill.qty), margin: '0.00000', leverage: '0', misc: '' },
    ...{ trade_id: fill.tradeId, maker: fill.maker },
    ...(fill.clientOrderId === undefined ? {} : { cl_ord_id: fill.clientOrderId }),
  };
}
