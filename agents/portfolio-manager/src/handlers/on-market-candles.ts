import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import { DAY_MS } from '@octant/trading/portfolio/utc-day';
import type { PortfolioDesk } from '../book/desk.js';
import { pricesOf, withCloses } from '../book/marks.js';

/** `market.candles`, closed ones: new marks; at 00:00 UTC a point of the equity curve as well. */
export function onMarketCandles(desk: PortfolioDesk): (message: Incoming<MarketCandles>) => Promise<HandlerResult> {
  return async ({ payload }) => {
    const next = withCloses(await desk.marks.current(), payload);
    const { write, committed } = desk.marks.change(next);
    const marked = { state: [write], onCommitted: committed };
    if (payload.closeTimeMs % DAY_MS !== 0) return marked;
    const { ledger } = await desk.books.current();
    return {
      ...marked,
      transaction: async (sql) => {
        await desk.store.putEquityPoint(sql, {
          atMs: payload.closeTimeMs,
          startEquityQuote: ledger.startEquityQuote,
          closes: pricesOf(next),
        });
        return [];
      },
    };
  };
}
