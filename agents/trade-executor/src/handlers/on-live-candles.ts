import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import type { LastPrices } from '../account/last-prices.js';
import { progressMessage } from '../account/order-messages.js';
import { stampOf, type LiveDesk } from '../live/live-desk.js';

/**
 * `market.candles` beside an exchange: nothing fills here, but a closed step is answered with how far the account's fills
 * have got and what is still open, for those who decide on it. Its highs raise trailing stops: between two questions for the
 * price there may have been a higher one, and while the process was down.
 */
export function onLiveCandles(
  desk: LiveDesk,
  prices: LastPrices,
): (message: Incoming<MarketCandles>) => Promise<HandlerResult> {
  return async ({ id, payload }) => {
    prices.note(payload);
    if (!payload.closed) return {};
    await followHighs(desk, payload);
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

/** Of the market itself: a feed that is paced or simulated tells nothing of it. */
async function followHighs(desk: LiveDesk, step: MarketCandles): Promise<void> {
  if (step.sessionId !== undefined || step.simulated) return;
  const { openTimeMs, candles } = step;
  if (await desk.store.raiseHighs({ openTimeMs, candles })) desk.signals.exits();
}
