import type { Operations } from '@octant/platform/http/operation';
import type { ExecDesk } from '../account/desk.js';
import { freeQtyOf, freeQuoteOf } from '../live/live-account.js';
import type { LiveDesk } from '../live/live-desk.js';

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

/** The same for an account at an exchange: what open orders may still take is told beside cash and positions. */
export function liveAccountRoutes(desk: Pick<LiveDesk, 'store'>): Operations {
  return {
    getAccount: async () => {
      const account = await desk.store.loadAccount();
      const { exchange, startEquityQuote, cashQuote, positions, lastFillSeq, openOrders, halt } = account;
      return {
        status: 200,
        body: {
          exchange,
          startEquityQuote,
          cashQuote,
          reservedQuote: account.reservedQuote,
          freeQuote: freeQuoteOf(account),
          positions: Object.entries(positions).map(([symbol, position]) => ({
            symbol,
            ...position,
            reservedQty: account.reservedQty[symbol] ?? '0',
            freeQty: freeQtyOf(account, symbol),
          })),
          lastFillSeq,
          openOrders,
          exits: [],
          halt,
        },
      };
    },
  };
}
