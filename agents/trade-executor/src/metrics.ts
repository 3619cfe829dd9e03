import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Position } from '@octant/trading/portfolio/position';
import type { ExecAccount } from './account/account.js';

const ACK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export interface ExecutorMetrics {
  /** An order was taken, or ended without a fill. */
  orderCame(outcome: 'acknowledged' | 'denied' | 'rejected' | 'canceled' | 'expired'): void;
  /** From the order's `ts` to the commit of its acknowledgement. */
  acknowledgedAfter(seconds: number): void;
  /** A fill; `complete` when the order has ended with it. */
  filled(symbol: string, complete: boolean): void;
  observeAccount(account: ExecAccount): void;
  observePositions(positions: Readonly<Record<string, Position>>): void;
  observeUnknown(orders: number): void;
}

export function executorMetrics(registry: Registry, exchange: string): ExecutorMetrics {
  const registers = [registry];
  const orders = new Counter({
    name: 'orders_total',
    help: 'Orders by what became of them.',
    labelNames: ['exchange', 'outcome'],
    registers,
  });
  const fills = new Counter({ name: 'fills_total', help: 'Fills.', labelNames: ['exchange', 'symbol'], registers });
  const acks = new Histogram({
    name: 'order_ack_duration_seconds',
    help: 'From the publishing of an order to its durable acknowledgement.',
    buckets: ACK_BUCKETS,
    registers,
  });
  const position = new Gauge({
    name: 'position_local_qty',
    help: 'Quantity held by our own books, base currency.',
    labelNames: ['exchange', 'symbol'],
    registers,
  });
  const unknown = new Gauge({
    name: 'orders_unknown_state',
    help: 'Orders whose outcome at the exchange could not be learnt yet.',
    labelNames: ['exchange'],
    registers,
  });
  unknown.set({ exchange }, 0);
  const observePositions = (positions: Readonly<Record<string, Position>>) => {
    position.reset();
    for (const [symbol, { qty }] of Object.entries(positions)) position.set({ exchange, symbol }, Number(qty));
  };
  const observeUnknown = (count: number) => {
    unknown.set({ exchange }, count);
  };
  return {
    orderCame: (outcome) => {
      orders.inc({ exchange, outcome });
    },
    acknowledgedAfter: (seconds) => {
      acks.observe(seconds);
    },
    filled: (symbol, complete) => {
      if (complete) orders.inc({ exchange, outcome: 'filled' });
      fills.inc({ exchange, symbol });
    },
    observeAccount(account) {
      observePositions(account.positions);
      observeUnknown(account.openOrders.filter((order) => order.state === 'unknown').length);
    },
    observePositions,
    observeUnknown,
  };
}
