import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import type { OrderSide } from '@octant/trading/messages/envelope';
import type { BookedFill } from '../book/books.js';
import type { OpenOrder } from '@octant/trading/portfolio/size-order';

export interface OrderToSubmit {
  readonly orderId: string;
  readonly requestId: string;
  readonly sessionId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly referencePrice: string;
  readonly notBeforeMs: number;
}

export interface SubmittedOrder {
  readonly status: 'filled' | 'rejected' | 'failed' | 'pending';
  readonly state: string;
  readonly reason?: string;
}

/** The trade-executor over HTTP. */
export interface ExecutorPort {
  /** Idempotent by `orderId`; the executor asks the risk-manager. */
  submit(order: OrderToSubmit, traceId: string): Promise<SubmittedOrder>;
  openOrders(traceId: string): Promise<readonly OpenOrder[]>;
  /** A page of fills after this one, ascending. */
  fillsAfter(fillSeq: number, traceId: string): Promise<readonly BookedFill[]>;
}

interface OrderPage {
  readonly orders: readonly {
    readonly symbol: string;
    readonly side: OrderSide;
    readonly qty: string;
    readonly referencePrice: string;
  }[];
}

interface FillPage {
  readonly fills: readonly BookedFill[];
}

const AGENT = 'trade-executor';

export function httpExecutor(http: AgentHttpClient): ExecutorPort {
  return {
    async submit(order, traceId) {
      const { requestId } = order;
      const reply = await http.call<SubmittedOrder>({
        agent: AGENT,
        method: 'POST',
        path: '/trade/submit',
        body: order,
        traceId,
        requestId,
        idempotencyKey: order.orderId,
      });
      return reply.body;
    },
    async openOrders(traceId) {
      const path = '/trade/orders?state=open&limit=1000';
      const reply = await http.call<OrderPage>({ agent: AGENT, method: 'GET', path, traceId });
      return reply.body.orders.map(({ symbol, side, qty, referencePrice }) => ({
        symbol,
        side,
        qty,
        price: referencePrice,
      }));
    },
    async fillsAfter(fillSeq, traceId) {
      const path = `/trade/fills?after=${String(fillSeq)}&limit=1000`;
      const reply = await http.call<FillPage>({ agent: AGENT, method: 'GET', path, traceId });
      return reply.body.fills.map(({ fillId, orderId, symbol, side, qty, price, feeQuote, atMs, fillSeq: seq }) => ({
        fillId,
        orderId,
        symbol,
        side,
        qty,
        price,
        feeQuote,
        atMs,
        fillSeq: seq,
      }));
    },
  };
}
