import type { Operations } from '@octant/platform/http/operation';
import type { ExecDesk } from '../account/desk.js';

/** `GET /trade/account`, as Postgres has it. */
export function accountRoutes(desk: ExecDesk): Operations {
  return {
    getAccount: async () => {
      const { startEquityQuote, cashQuote, positions, lastFillSeq, openOrders, exits, halt } = await desk.store.load();
      return {
        status: 200,
        body: {
          exchange: desk.settings().exchange,
          startEquityQuote,
          cashQuote,
          positions: Object.entries(positions).map(([symbol, position]) => ({ symbol, ...position })),
          lastFillSeq,
          openOrders: openOrders.length,
          exits: exits.map(({ entry, qty, highPrice }) => ({
            orderId: entry.orderId,
            symbol: entry.symbol,
            qty,
            exits: entry.exits,
            highPrice,
          })),
          halt,
        },
      };
    },
  };
}
