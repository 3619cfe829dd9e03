import { PermanentError } from '@octant/platform/errors/errors';
import type { Operations } from '@octant/platform/http/operation';
import type { OrderState } from '@octant/trading/messages/execution';
import type { TradeQueries } from '../adapters/trade-queries.js';
import { pageQueryOf } from './page-query.js';

/** `GET /trade/status/{id}` and `GET /trade/orders`. */
export function orderRoutes(queries: TradeQueries): Operations {
  return {
    getOrderStatus: async ({ params }) => {
      const id = params['id'] ?? '';
      const order = await queries.findOrder(id);
      if (order === undefined) {
        throw new PermanentError(`expected an order ${id}, was none`, { code: 'order_not_found', status: 404 });
      }
      return { status: 200, body: { ...order, fills: await queries.fillsOfOrder(id) } };
    },
    listOrders: async ({ query }) => {
      const page = pageQueryOf(query);
      const state = query['state'] as OrderState | 'open' | undefined;
      const orders = await queries.orders({ ...page, state });
      const last = orders.length < page.limit ? undefined : orders.at(-1);
      return { status: 200, body: { orders, nextAfter: last?.orderSeq ?? null } };
    },
  };
}
