import { createHash } from 'node:crypto';
import { seededRandom } from '@octant/trading/market/random';
import type { ChaosVenue } from './market.js';

/** What goes wrong at the exchange, in the words of its fault script; see tests/support/exchange. */
export interface VenueFaultRule {
  readonly fault: string;
  readonly endpoint?: string;
  readonly delayMs?: number;
  readonly times?: number;
  readonly share?: number;
}

export type OrderFault =
  /** The executor dies at this crash point. */
  | { readonly kind: 'crash_point'; readonly point: string }
  /** It dies some time after the next orders were published. */
  | { readonly kind: 'kill'; readonly afterMs: number }
  | { readonly kind: 'venue'; readonly rule: VenueFaultRule }
  | { readonly kind: 'maintenance'; readonly forMs: number }
  | { readonly kind: 'clock_skew'; readonly skewMs: number; readonly forMs: number }
  | { readonly kind: 'sockets'; readonly action: 'close' | 'silence' }
  /** An order with a client id of the desk's that it never intended. */
  | { readonly kind: 'orphan' }
  | { readonly kind: 'cancel_all' };

export interface PlannedFault {
  readonly venue: ChaosVenue;
  /** It comes when so many of the venue's orders are published. */
  readonly atOrder: number;
  readonly fault: OrderFault;
}

export interface FaultPlan {
  readonly seed: number;
  readonly venue: ChaosVenue;
  readonly orders: number;
  readonly faults: number;
  readonly points: readonly string[];
}

const CRASH_SHARE = 0.45;
const KILL_SHARE = 0.1;

/** Every sort of trouble that the exchange may make, one after the other. */
const troubles: readonly OrderFault[] = [
  ...['timeout_after_accept', 'error_after_accept', 'dropped_reply', 'cut_reply'].map(placing),
  { kind: 'venue', rule: { fault: 'slow_reply', endpoint: 'place', delayMs: 1500, times: 2 } },
  { kind: 'venue', rule: { fault: 'late_request', endpoint: 'place', delayMs: 1200, times: 2 } },
  // Later than the request may be: the exchange must refuse it.
  { kind: 'venue', rule: { fault: 'late_request', endpoint: 'place', delayMs: 4000, times: 1 } },
  ...['lost_request', 'reset_before_accept', 'refused_before_accept', 'rate_limited'].map(placing),
  { kind: 'venue', rule: { fault: 'banned', endpoint: 'place', delayMs: 2500, times: 1 } },
  ...['find', 'fills', 'open_orders', 'cancel', 'balances', 'orders'].map((endpoint): OrderFault => ({
    kind: 'venue',
    rule: { fault: 'dropped_reply', endpoint, times: 1 },
  })),
  ...['duplicate_event', 'reordered_event', 'lost_event'].map((fault): OrderFault => ({
    kind: 'venue',
    rule: { fault, times: 2 },
  })),
  { kind: 'venue', rule: { fault: 'late_event', delayMs: 1500, times: 2 } },
  ...['silent_socket', 'closed_socket'].map((fault): OrderFault => ({ kind: 'venue', rule: { fault, times: 1 } })),
  { kind: 'venue', rule: { fault: 'partial_fill', share: 0.3, times: 3 } },
  { kind: 'maintenance', forMs: 1500 },
  { kind: 'clock_skew', skewMs: 700, forMs: 2500 },
  { kind: 'clock_skew', skewMs: -700, forMs: 2500 },
  { kind: 'sockets', action: 'close' },
  { kind: 'sockets', action: 'silence' },
  { kind: 'orphan' },
  { kind: 'cancel_all' },
];

function placing(fault: string): OrderFault {
  return { kind: 'venue', rule: { fault, endpoint: 'place', times: 1 } };
}

/** The faults of one venue in the order in which they come, a function of the plan; every crash point in turn. */
export function planFaults({ seed, venue, orders, faults, points }: FaultPlan): readonly PlannedFault[] {
  const random = seededRandom(`${seed}:${venue}:faults`);
  const crashes = Math.round(faults * CRASH_SHARE);
  const kills = Math.round(faults * KILL_SHARE);
  const first = Math.floor(random() * troubles.length);
  const firstPoint = Math.floor(random() * points.length);
  const list: OrderFault[] = [
    ...turns(points, firstPoint, crashes).map((point): OrderFault => ({ kind: 'crash_point', point })),
    ...Array.from({ length: kills }, (): OrderFault => ({ kind: 'kill', afterMs: Math.floor(random() * 250) })),
    ...turns(troubles, first, faults - crashes - kills),
  ];
  return shuffled(list, random).map((fault, index) => ({
    venue,
    atOrder: Math.floor(((index + 1) * orders) / (faults + 1)),
    fault,
  }));
}

/** For people, to compare two runs by. */
export function digestOf(faults: readonly PlannedFault[]): string {
  return createHash('sha256').update(JSON.stringify(faults)).digest('hex').slice(0, 12);
}

function turns<T>(list: readonly T[], first: number, count: number): readonly T[] {
  return Array.from({ length: count }, (_, index) => list[(first + index) % list.length]).filter(
    (item): item is T => item !== undefined,
  );
}

function shuffled<T>(list: readonly T[], random: () => number): readonly T[] {
  return list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
