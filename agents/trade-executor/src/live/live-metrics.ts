import type { OrderState } from '@octant/trading/messages/execution';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ExecutorMetrics } from '../metrics.js';
import type { LiveAccount } from './live-account.js';

type EndedOutcome = 'acknowledged' | 'denied' | 'rejected' | 'canceled' | 'expired';

export interface LiveMetrics {
  orderCame(outcome: OrderState): void;
  /** From the order's intent to the commit of the venue's acknowledgement. */
  acknowledgedAfter(seconds: number): void;
  filled(symbol: string, complete: boolean): void;
  /** The table of states does not allow it, so it was not done. */
  refusedTransition(from: OrderState, to: OrderState): void;
  /** The venue sent something that is no fill or order; it was passed over. */
  badReply(what: 'fill' | 'order'): void;
  observe(account: LiveAccount, unknown: number): void;
  /** What the venue holds for the desk: its balance less the baseline. */
  atVenue(symbol: string, qty: string): void;
  openDifferences(count: number): void;
  clockOffset(ms: number): void;
  mayTrade(open: boolean): void;
  /** Entries with a stop for which none rests at the exchange. */
  unprotected(entries: number): void;
}

export function liveMetrics(registry: Registry, shared: ExecutorMetrics, exchange: string): LiveMetrics {
  const gauges = gaugesIn(registry);
  const refused = new Counter({
    name: 'order_transitions_refused_total',
    help: 'Changes of an order that its state does not allow, and that were not made.',
    labelNames: ['exchange', 'from', 'to'],
    registers: [registry],
  });
  const bad = new Counter({
    name: 'exchange_bad_replies_total',
    help: 'Orders and fills of the exchange that could not be read, and were passed over.',
    labelNames: ['exchange', 'what'],
    registers: [registry],
  });
  return {
    orderCame: (outcome) => {
      if (isCounted(outcome)) shared.orderCame(outcome);
    },
    acknowledgedAfter: (seconds) => {
      shared.acknowledgedAfter(seconds);
    },
    filled: (symbol, complete) => {
      shared.filled(symbol, complete);
    },
    refusedTransition: (from, to) => {
      refused.inc({ exchange, from, to });
    },
    badReply: (what) => {
      bad.inc({ exchange, what });
    },
    observe: (account, unknown) => {
      shared.observePositions(account.positions);
      shared.observeUnknown(unknown);
    },
    atVenue: (symbol, qty) => {
      shared.atVenue(symbol, qty);
    },
    openDifferences: (count) => {
      gauges.differences.set({ exchange }, count);
    },
    clockOffset: (ms) => {
      gauges.offset.set({ exchange }, ms / 1000);
    },
    mayTrade: (open) => {
      gauges.open.set({ exchange }, Number(open));
    },
    unprotected: (entries) => {
      shared.observeUnprotected(entries);
    },
  };
}

function isCounted(outcome: OrderState): outcome is EndedOutcome {
  return ['acknowledged', 'denied', 'rejected', 'canceled', 'expired'].includes(outcome);
}

function gaugesIn(registry: Registry) {
  const registers = [registry];
  const labelNames = ['exchange'] as const;
  return {
    differences: new Gauge({
      name: 'reconciliation_differences',
      help: 'Open differences between the books and the exchange.',
      labelNames,
      registers,
    }),
    offset: new Gauge({
      name: 'exchange_clock_offset_seconds',
      help: "The exchange's clock less ours, as it was measured last.",
      labelNames,
      registers,
    }),
    open: new Gauge({
      name: 'live_exposure_allowed',
      help: '1 when orders that add exposure are taken for some symbol, 0 when every symbol may only reduce.',
      labelNames,
      registers,
    }),
  };
}
