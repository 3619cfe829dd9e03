import type { Operations } from '@octant/platform/http/operation';
import type { TradeQueries } from '../adapters/trade-queries.js';
import { pageQueryOf } from './page-query.js';

/** `GET /trade/fills`. */
export function fillRoutes(queries: TradeQueries): Operations {
  return {
    listFills: async ({ query }) => {
      const page = pageQueryOf(query);
      const [fills, duplicates] = await Promise.all([queries.fills(page), queries.countDuplicates(page.sessionId)]);
      const last = fills.length < page.limit ? undefined : fills.at(-1);
      return { status: 200, body: { fills, nextAfter: last?.fillSeq ?? null, duplicates } };
    },
  };
}
