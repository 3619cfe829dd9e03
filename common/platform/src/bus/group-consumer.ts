import { Breaker } from './breaker.js';
import type { BusCore } from './bus-core.js';
import { Committer } from './committer.js';
import { Delivery } from './delivery.js';
import { type GroupParts, handleDelivery } from './handle-delivery.js';
import { handleSuspect } from './handle-suspect.js';
import type { Lanes } from './lanes.js';
import { isPassingRedisFailure } from './redis-connection.js';
import { Slots } from './slots.js';
import type { StreamEntry } from './stream-entry.js';
import type { Subscription } from './subscription.js';

const ODD_FAILURE_DELAY_MS = 1_000;
const PASSING_FAILURE_DELAY_MS = 100;

/** What is held of one stream. */
interface HeldStream {
  readonly subscription: Subscription;
  readonly entries: Map<string, Delivery>;
  /** The last entry taken of each message, by message id, so that a second of it waits for the first. */
  readonly messages: Map<string, Delivery>;
}

/** Holds the entries of one group that this process owns, and sees each through: lane, slot, attempts, parking. */
export class GroupConsumer {
  readonly group: string;
  readonly subscriptions: readonly Subscription[];
  readonly breaker: Breaker;
  readonly #parts: GroupParts;
  readonly #core: BusCore;
  readonly #lanes: Lanes;
  readonly #streams = new Map<string, HeldStream>();
  #heldCount = 0;
  #parked = 0;
  #running = 0;
  #waiters: (() => void)[] = [];

  constructor(core: BusCore, lanes: Lanes, subscriptions: readonly [Subscription, ...Subscription[]]) {
    this.#core = core;
    this.#lanes = lanes;
    this.group = subscriptions[0].group;
    this.subscriptions = subscriptions;
    this.breaker = new Breaker(core.tuning.breakerThreshold);
    this.#parts = {
      breaker: this.breaker,
      committer: new Committer(core, this.group),
      slots: new Slots(core.tuning.concurrency),
    };
    for (const subscription of subscriptions) {
      this.#streams.set(subscription.stream, { subscription, entries: new Map(), messages: new Map() });
    }
  }

  /** Takes entries in the order given; those it holds already are left as they are. */
  accept(entries: readonly StreamEntry[]): void {
    const { clock, tuning } = this.#core;
    const taken = { atMonotonicMs: clock.monotonic(), suspectDeliveries: tuning.suspectDeliveries };
    for (const entry of entries) {
      const stream = this.#streams.get(entry.stream);
      if (stream === undefined || stream.entries.has(entry.entryId)) continue;
      const delivery = new Delivery(stream.subscription, entry, taken);
      stream.entries.set(entry.entryId, delivery);
      this.#heldCount += 1;
      const { messageId } = delivery.header;
      const earlier = stream.messages.get(messageId);
      stream.messages.set(messageId, delivery);
      const lane = delivery.plan.kind === 'handle' ? delivery.plan.lane : undefined;
      if (lane !== undefined) {
        void this.#lanes.run(lane, () => this.#see(delivery, { lane, earlier }));
      } else {
        void this.#see(delivery, { lane, earlier });
      }
    }
  }

  /** Lets go of everything: Redis has none of it any more. Handlers that run come to nothing. */
  loseAll(): void {
    for (const { entry } of [...this.held()]) this.lose(entry.stream, entry.entryId);
  }

  /** How many more entries may be read now. */
  get room(): number {
    const { tuning } = this.#core;
    const waiting = this.#parked + this.#lanes.heldBack;
    if (waiting >= tuning.parkedLimit) return 0;
    return Math.max(0, tuning.readAhead - (this.#heldCount - waiting));
  }

  /** How many entries may be taken over from others: they have waited long enough, so they come before new ones. */
  get roomForOthers(): number {
    const waiting = this.#parked + this.#lanes.heldBack;
    return Math.max(0, 2 * this.#core.tuning.readAhead - (this.#heldCount - waiting));
  }

  get running(): number {
    return this.#running;
  }

  *held(): IterableIterator<Delivery> {
    for (const { entries } of this.#streams.values()) yield* entries.values();
  }

  /** Resolves when something was settled, parked or taken up again. */
  whenChanged(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Lets go of an entry that another consumer took over; a handler that is running for it will not be able to commit. */
  lose(stream: string, entryId: string): void {
    const delivery = this.#streams.get(stream)?.entries.get(entryId);
    if (delivery === undefined) return;
    delivery.settled = true;
    if (!delivery.running) this.#forget(delivery);
  }

  async #see(delivery: Delivery, place: { lane: string | undefined; earlier: Delivery | undefined }): Promise<void> {
    const { lane, earlier } = place;
    if (earlier !== undefined) await this.#waitFor(earlier, delivery);
    while (this.#isLive(delivery)) {
      if (delivery.dueAtMs !== 0 && delivery.dueAtMs > this.#core.clock.now()) {
        await this.#park(delivery, lane);
        continue;
      }
      await (delivery.suspect ? this.#attempt(delivery) : this.#attemptBeside(delivery));
    }
    if (delivery.settled) this.#forget(delivery);
    else this.#notify();
  }

  /** Another entry of the same message goes first; afterwards its marker answers this one. */
  async #waitFor(earlier: Delivery, delivery: Delivery): Promise<void> {
    const { stream, entryId } = earlier.entry;
    while (this.#streams.get(stream)?.entries.get(entryId) === earlier && this.#isLive(delivery)) {
      await this.whenChanged();
    }
  }

  #isLive(delivery: Delivery): boolean {
    return !delivery.settled && !this.#core.stopping.aborted;
  }

  /** Not async, for the sake of the many: most find the gate open. */
  #attemptBeside(delivery: Delivery): Promise<void> {
    const entered = this.#core.solo.enter();
    if (entered === undefined) return this.#attempt(delivery);
    return entered.then(() => this.#attempt(delivery));
  }

  /** Never rejects. Suspects find their own way through the gate, the others have come through it. */
  async #attempt(delivery: Delivery): Promise<void> {
    const { suspect } = delivery;
    delivery.running = true;
    this.#running += 1;
    try {
      if (suspect) await handleSuspect(this.#core, delivery, this.#parts);
      else if (this.#isLive(delivery)) await handleDelivery(this.#core, delivery, this.#parts);
      delivery.suspect = false;
    } catch (error) {
      delivery.dueAtMs = this.#core.clock.now() + this.#onUnsettled(delivery, error);
    } finally {
      delivery.running = false;
      this.#running -= 1;
      if (!suspect) this.#core.solo.leave();
    }
  }

  /** In how many milliseconds it is tried again. */
  #onUnsettled({ entry }: Delivery, error: unknown): number {
    if (isPassingRedisFailure(error)) return PASSING_FAILURE_DELAY_MS;
    if (!this.#core.closing.aborted) {
      const { stream, entryId } = entry;
      this.#core.logger.error({ err: error, stream, group: this.group, entryId }, 'entry could not be settled');
    }
    return ODD_FAILURE_DELAY_MS;
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
    const { entry, header } = delivery;
    const stream = this.#streams.get(entry.stream);
    if (stream?.entries.delete(entry.entryId) === true) {
      this.#heldCount -= 1;
      this.breaker.forget(entry.entryId);
    }
    if (stream?.messages.get(header.messageId) === delivery) stream.messages.delete(header.messageId);
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
