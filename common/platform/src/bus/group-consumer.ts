import { Breaker } from './breaker.js';
import type { BusCore } from './bus-core.js';
import { Delivery } from './delivery.js';
import { handleDelivery } from './handle-delivery.js';
import type { Lanes } from './lanes.js';
import { isPassingRedisFailure } from './redis-connection.js';
import { Slots } from './slots.js';
import type { StreamEntry } from './stream-entry.js';
import type { Subscription } from './subscription.js';

const ODD_FAILURE_DELAY_MS = 1_000;
const PASSING_FAILURE_DELAY_MS = 100;

/** Holds the entries of one group that this process owns, and sees each through: lane, slot, attempts, parking. */
export class GroupConsumer {
  readonly group: string;
  readonly subscriptions: readonly Subscription[];
  readonly breaker: Breaker;
  readonly #core: BusCore;
  readonly #lanes: Lanes;
  readonly #slots: Slots;
  readonly #byStream = new Map<string, Subscription>();
  readonly #held = new Map<string, Delivery>();
  #parked = 0;
  #running = 0;
  #waiters: (() => void)[] = [];

  constructor(core: BusCore, lanes: Lanes, subscriptions: readonly [Subscription, ...Subscription[]]) {
    this.#core = core;
    this.#lanes = lanes;
    this.group = subscriptions[0].group;
    this.subscriptions = subscriptions;
    this.breaker = new Breaker(core.tuning.breakerThreshold);
    this.#slots = new Slots(core.tuning.concurrency);
    for (const subscription of subscriptions) this.#byStream.set(subscription.stream, subscription);
  }

  /** Takes entries in the order given; those it holds already are left as they are. */
  accept(entries: readonly StreamEntry[]): void {
    for (const entry of entries) {
      const subscription = this.#byStream.get(entry.stream);
      const key = keyOf(entry.stream, entry.entryId);
      if (subscription === undefined || this.#held.has(key)) continue;
      const delivery = new Delivery(subscription, entry, this.#core.clock.monotonic());
      this.#held.set(key, delivery);
      const lane = delivery.plan.kind === 'handle' ? delivery.plan.lane : undefined;
      if (lane === undefined) void this.#see(delivery, undefined);
      else void this.#lanes.run(lane, () => this.#see(delivery, lane));
    }
  }

  /** How many more entries may be read now. */
  get room(): number {
    const { tuning } = this.#core;
    const waiting = this.#parked + this.#lanes.heldBack;
    if (waiting >= tuning.parkedLimit) return 0;
    return Math.max(0, tuning.readAhead - (this.#held.size - waiting));
  }

  get running(): number {
    return this.#running;
  }

  held(): IterableIterator<Delivery> {
    return this.#held.values();
  }

  /** Resolves when something was settled, parked or taken up again. */
  whenChanged(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Lets go of an entry that another consumer took over; a handler that is running for it will not be able to commit. */
  lose(stream: string, entryId: string): void {
    const delivery = this.#held.get(keyOf(stream, entryId));
    if (delivery === undefined) return;
    delivery.settled = true;
    if (!delivery.running) this.#forget(delivery);
  }

  async #see(delivery: Delivery, lane: string | undefined): Promise<void> {
    const { clock } = this.#core;
    while (this.#isLive(delivery)) {
      if (delivery.dueAtMs > clock.now()) {
        await this.#park(delivery, lane);
        continue;
      }
      const turn = this.#slots.acquire();
      if (turn !== undefined) await turn;
      try {
        if (this.#isLive(delivery)) await this.#attempt(delivery);
      } finally {
        this.#slots.release();
      }
    }
    if (delivery.settled) this.#forget(delivery);
    else this.#notify();
  }

  #isLive(delivery: Delivery): boolean {
    return !delivery.settled && !this.#core.stopping.aborted;
  }

  async #attempt(delivery: Delivery): Promise<void> {
    delivery.running = true;
    this.#running += 1;
    try {
      await handleDelivery(this.#core, delivery, this.breaker);
    } catch (error) {
      delivery.dueAtMs = this.#core.clock.now() + ODD_FAILURE_DELAY_MS;
      const { stream, entryId } = delivery.entry;
      if (isPassingRedisFailure(error)) {
        delivery.dueAtMs = this.#core.clock.now() + PASSING_FAILURE_DELAY_MS;
      } else if (!this.#core.closing.aborted) {
        this.#core.logger.error({ err: error, stream, group: this.group, entryId }, 'entry could not be settled');
      }
    } finally {
      delivery.running = false;
      this.#running -= 1;
    }
  }

  async #park(delivery: Delivery, lane: string | undefined): Promise<void> {
    const { clock, stopping } = this.#core;
    this.#parked += 1;
    if (lane !== undefined) this.#lanes.hold(lane, true);
    this.#notify();
    await clock.sleep(delivery.dueAtMs - clock.now(), stopping);
    this.#parked -= 1;
    if (lane !== undefined) this.#lanes.hold(lane, false);
    this.#notify();
  }

  #forget(delivery: Delivery): void {
    const { stream, entryId } = delivery.entry;
    if (this.#held.delete(keyOf(stream, entryId))) this.breaker.forget(entryId);
    this.#notify();
  }

  /** Wakes whoever waits for a change. */
  wake(): void {
    this.#notify();
  }

  #notify(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

function keyOf(stream: string, entryId: string): string {
  return `${stream} ${entryId}`;
}
