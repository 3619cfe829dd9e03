import { Breaker } from './breaker.js';
import type { BusCore } from './bus-core.js';
import { Committer } from './committer.js';
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
  readonly #committer: Committer;
  readonly #core: BusCore;
  readonly #lanes: Lanes;
  readonly #slots: Slots;
  readonly #byStream = new Map<string, Subscription>();
  readonly #held = new Map<string, Delivery>();
  /** The last entry taken of each message that is held, so that a second of it waits for the first. */
  readonly #byMessage = new Map<string, Delivery>();
  #parked = 0;
  #running = 0;
  #waiters: (() => void)[] = [];

  constructor(core: BusCore, lanes: Lanes, subscriptions: readonly [Subscription, ...Subscription[]]) {
    this.#core = core;
    this.#lanes = lanes;
    this.group = subscriptions[0].group;
    this.subscriptions = subscriptions;
    this.breaker = new Breaker(core.tuning.breakerThreshold);
    this.#committer = new Committer(core, this.group);
    this.#slots = new Slots(core.tuning.concurrency);
    for (const subscription of subscriptions) this.#byStream.set(subscription.stream, subscription);
  }

  /** Takes entries in the order given; those it holds already are left as they are. */
  accept(entries: readonly StreamEntry[]): void {
    for (const entry of entries) {
      const subscription = this.#byStream.get(entry.stream);
      const key = keyOf(entry.stream, entry.entryId);
      if (subscription === undefined || this.#held.has(key)) continue;
      const delivery = new Delivery(subscription, entry, {
        atMonotonicMs: this.#core.clock.monotonic(),
        suspectDeliveries: this.#core.tuning.suspectDeliveries,
      });
      this.#held.set(key, delivery);
      const message = messageKeyOf(delivery);
      const earlier = this.#byMessage.get(message);
      this.#byMessage.set(message, delivery);
      const lane = delivery.plan.kind === 'handle' ? delivery.plan.lane : undefined;
      const see = () => (earlier === undefined ? this.#see(delivery, lane) : this.#seeAfter(earlier, delivery, lane));
      if (lane === undefined) void see();
      else void this.#lanes.run(lane, see);
    }
  }

  /** Lets go of everything: Redis has none of it any more. Handlers that run come to nothing. */
  loseAll(): void {
    for (const { entry } of [...this.#held.values()]) this.lose(entry.stream, entry.entryId);
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

  /** Another entry of the same message goes first; afterwards its marker answers this one. */
  async #seeAfter(earlier: Delivery, delivery: Delivery, lane: string | undefined): Promise<void> {
    while (this.#held.has(keyOf(earlier.entry.stream, earlier.entry.entryId)) && this.#isLive(delivery)) {
      await this.whenChanged();
    }
    await this.#see(delivery, lane);
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
        if (this.#isLive(delivery))
          await (delivery.suspect ? this.#attemptAlone(delivery) : this.#attemptBeside(delivery));
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

  async #attemptBeside(delivery: Delivery): Promise<void> {
    const { solo } = this.#core;
    const entered = solo.enter();
    if (entered !== undefined) await entered;
    try {
      if (this.#isLive(delivery)) await this.#attempt(delivery, false);
    } finally {
      solo.leave();
    }
  }

  async #attemptAlone(delivery: Delivery): Promise<void> {
    const { solo, clock, tuning } = this.#core;
    const entered = new AbortController();
    const alone = await solo.enterAlone(clock.sleep(tuning.alonePatienceMs, entered.signal));
    entered.abort();
    try {
      if (this.#isLive(delivery)) await this.#attempt(delivery, alone);
      delivery.suspect = false;
    } finally {
      if (alone) solo.leaveAlone();
      else solo.leave();
    }
  }

  async #attempt(delivery: Delivery, alone: boolean): Promise<void> {
    delivery.running = true;
    this.#running += 1;
    try {
      await handleDelivery(this.#core, delivery, {
        group: { breaker: this.breaker, committer: this.#committer },
        alone,
      });
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
    const message = messageKeyOf(delivery);
    if (this.#byMessage.get(message) === delivery) this.#byMessage.delete(message);
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

function messageKeyOf({ entry, header }: Delivery): string {
  return `${entry.stream} ${header.messageId}`;
}

function keyOf(stream: string, entryId: string): string {
  return `${stream} ${entryId}`;
}
