import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import type { LastPrices } from '../account/last-prices.js';
import { progressMessage } from '../account/order-messages.js';
import { stampOf, type LiveDesk } from '../live/live-desk.js';

/**
 * `market.candles` beside an exchange: nothing fills here, but a closed step is answered with how far the account's fills
 * have got and what is still open, for those who decide on it.
 */
export function onLiveCandles(
  desk: LiveDesk,
  prices: LastPrices,
): (message: Incoming<MarketCandles>) => Promise<HandlerResult> {
  return async ({ id, payload }) => {
    prices.note(payload);
    if (!payload.closed) return {};
    const { source, sessionId, timeframe, closeTimeMs, traceId } = payload;
    const { lastFillSeq } = await desk.store.loadAccount();
    const open = await desk.store.openOrders();
    const resting = open
      .filter(({ exitOf, partOf }) => exitOf === undefined && partOf === undefined)
      .map(({ orderId }) => orderId);
    const progress = progressMessage(
      {
        type: 'candles',
        source,
        ...(sessionId === undefined ? {} : { sessionId }),
        timeframe,
        closeTimeMs,
        lastFillSeq,
        ...(resting.length === 0 ? {} : { resting }),
        traceId,
        ts: stampOf(desk).ts,
      },
      id,
    );
    return { messages: [progress] };
  };
}
