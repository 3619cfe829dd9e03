import { type EntryHeader, type StreamEntry, parsePayload, readHeader } from './stream-entry.js';
import type { Incoming } from './message.js';
import type { Subscription } from './subscription.js';

/** What is to be done with an entry: `pass` = acknowledge without a handler call. */
export type DeliveryPlan =
  | { readonly kind: 'handle'; readonly payload: unknown; readonly traceId: string; readonly lane: string | undefined }
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse'; readonly error: unknown };

/** An entry that this process holds, from the read until it is acknowledged, dead-lettered or lost. */
export class Delivery {
  readonly subscription: Subscription;
  readonly entry: StreamEntry;
  readonly header: EntryHeader;
  readonly plan: DeliveryPlan;
  counted: number;
  transient: number;
  /** Not to be tried before, epoch ms. */
  dueAtMs: number;
  /** Handler runs in this process so far. */
  runs = 0;
  running = false;
  /** Delivered so often that it may be what ends its process; a try that comes to any end clears it. */
  suspect: boolean;
  /** Of a suspect that is tried alone: its handler has come back, what follows is not its code. */
  onReturned: (() => Promise<void>) | undefined;
  /** Nothing is left to do for this process. */
  settled = false;
  /** When the lease was last extended, monotonic ms. */
  leasedAtMs: number;

  constructor(
    subscription: Subscription,
    entry: StreamEntry,
    taken: { atMonotonicMs: number; suspectDeliveries: number },
  ) {
    this.subscription = subscription;
    this.entry = entry;
    this.header = readHeader(entry);
    this.plan = planOf(subscription, this.header);
    this.counted = entry.counted;
    this.transient = entry.transient;
    this.dueAtMs = entry.dueAtMs;
    this.leasedAtMs = taken.atMonotonicMs;
    this.suspect = this.plan.kind === 'handle' && entry.deliveries >= taken.suspectDeliveries;
  }

  /** Deliveries of the entry by Redis, and runs here beyond the first. */
  get deliveries(): number {
    return this.entry.deliveries + Math.max(0, this.runs - 1);
  }

  incoming(plan: DeliveryPlan & { kind: 'handle' }): Incoming<unknown> {
    return {
      id: this.header.messageId,
      stream: this.entry.stream,
      entryId: this.entry.entryId,
      payload: plan.payload,
      traceId: plan.traceId,
      deliveries: this.deliveries,
    };
  }
}

function planOf(subscription: Subscription, header: EntryHeader): DeliveryPlan {
  if (header.onlyGroup !== undefined && header.onlyGroup !== subscription.group) return { kind: 'pass' };
  try {
    const { payload, traceId } = parsePayload(header, subscription.schema);
    if (subscription.accepts?.(payload) === false) return { kind: 'pass' };
    return { kind: 'handle', payload, traceId, lane: subscription.orderedBy?.(payload) };
  } catch (error) {
    return { kind: 'refuse', error };
  }
}
