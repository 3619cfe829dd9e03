import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import type { ExecDesk } from '../account/desk.js';
import { fillOrders } from '../account/fill-orders.js';

/** `market.candles`: open orders fill at the candles' opens, closed and forming ones alike. */
export function onMarketCandles(desk: ExecDesk): (message: Incoming<MarketCandles>) => Promise<HandlerResult> {
  return ({ id, deliveries, payload }) => fillOrders(desk, payload, { id, first: deliveries === 1 });
}
