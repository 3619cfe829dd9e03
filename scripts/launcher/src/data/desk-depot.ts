import type { DeskClient } from '../desk/desk-client.js';
import { DEPOT_PAGE, type CandleDepot } from './candle-depot.js';

/** The store by way of the running market analyst, which then computes anew what it had computed on changed candles. */
export function deskDepot(client: Pick<DeskClient, 'ingest' | 'candles' | 'series'>): CandleDepot {
  return {
    list: () => client.series(),
    read: ({ source, symbol, timeframe }, { afterMs, beforeMs }) => {
      const from = afterMs < 0 ? {} : { after: afterMs };
      return client.candles({ source, symbol, timeframe, ...from, toMs: beforeMs, limit: DEPOT_PAGE });
    },
    insert: ({ source, symbol, timeframe }, candles, { replace = false } = {}) =>
      client.ingest(source, { symbol, timeframe, candles, ...(replace ? { replace } : {}) }),
  };
}
