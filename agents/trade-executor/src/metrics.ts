import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Position } from '@octant/trading/portfolio/position';
import type { ExecAccount } from './account/account.js';

const ORDER_OUTCOMES = ['acknowledged', 'denied', 'rejected', 'canceled', 'expired', 'filled'];
const ACK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export interface ExecutorMetrics {
  /** An order was taken, or ended without a fill. */
  orderCame(outcome: 'acknowledged' | 'denied' | 'rejected' | 'canceled' | 'expired'): void;
  /** From the order's `ts` to the commit of its acknowledgement. */
  acknowledgedAfter(seconds: number): void;
  /** A fill; `complete` when the order has ended with it. */
  filled(symbol: string, complete: boolean): void;
  /** The paper account: what it holds is what its exchange holds. */
  observeAccount(account: ExecAccount): void;
  observePositions(positions: Readonly<Record<string, Position>>): void;
  observeUnknown(orders: number): void;
  /** Entries with a stop for which none rests at the exchange; on paper every one does. */
  observeUnprotected(entries: number): void;
  /** What the venue holds for the desk: its balance less the baseline. */
  atVenue(symbol: string, qty: string): void;
}

export function executorMetrics(registry: Registry, exchange: string): ExecutorMetrics {
  const flow = flowMetrics(registry, exchange);
  const { traded, ...books } = bookMetrics(registry, exchange);
  return {
    ...flow,
    ...books,
    filled: (symbol, complete) => {
      flow.filled(symbol, complete);
      traded(symbol);
    },
  };
}

type FlowMetric = 'orderCame' | 'acknowledgedAfter' | 'filled';

/** What happens to orders. */
function flowMetrics(registry: Registry, exchange: string): Pick<ExecutorMetrics, FlowMetric> {
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
  for (const outcome of ORDER_OUTCOMES) orders.inc({ exchange, outcome }, 0);
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
  };
}

interface BookMetrics extends Omit<ExecutorMetrics, FlowMetric> {
  /** A symbol that may be held for less than the time between two looks. */
  readonly traded: (symbol: string) => void;
}

/** What is held, by our books and by the venue's. */
function bookMetrics(registry: Registry, exchange: string): BookMetrics {
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const bySymbol = ['exchange', 'symbol'];
  const held = gauge('position_local_qty', 'Quantity held by our own books, base currency.', bySymbol);
  const heldThere = gauge(
    'position_exchange_qty',
    "Quantity that the exchange holds for the desk: its balance less the account's baseline, base currency.",
    bySymbol,
  );
  const unknown = gauge('orders_unknown_state', 'Orders whose outcome at the exchange could not be learnt yet.', [
    'exchange',
  ]);
  const unprotected = gauge(
    'entries_without_stop',
    'Entries that came with a stop and for which no order rests at the exchange: for a moment at a replacement.',
    ['exchange'],
  );
  unknown.set({ exchange }, 0);
  unprotected.set({ exchange }, 0);
  const known = new Set<string>();
  // A symbol that was held stays, at 0: a line that ends would look like one that is not known.
  const setAll = (into: Gauge, positions: Readonly<Record<string, Position>>) => {
    for (const symbol of Object.keys(positions)) known.add(symbol);
    for (const symbol of known) into.set({ exchange, symbol }, Number(positions[symbol]?.qty ?? 0));
  };
  const observeUnknown = (count: number) => {
    unknown.set({ exchange }, count);
  };
  return {
    traded: (symbol) => {
      known.add(symbol);
    },
    observeAccount(account) {
      setAll(held, account.positions);
      // The paper exchange keeps no books but these.
      setAll(heldThere, account.positions);
      observeUnknown(account.openOrders.filter((order) => order.state === 'unknown').length);
    },
    observePositions: (positions) => {
      setAll(held, positions);
    },
    observeUnknown,
    observeUnprotected: (entries) => {
      unprotected.set({ exchange }, entries);
    },
    atVenue: (symbol, qty) => {
      heldThere.set({ exchange, symbol }, Number(qty));
    },
  };
}
