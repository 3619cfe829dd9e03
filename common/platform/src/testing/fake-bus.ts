import type { Bus } from '../bus/bus.js';
import type { GroupFigures, StreamAdmin } from '../bus/stream-admin.js';
import type { Subscription } from '../bus/subscription.js';
import { TransientError } from '../errors/errors.js';

/** A bus without Redis for tests of what stands around it: records calls, answers figures that it is given. */
export class FakeBus implements Bus {
  readonly calls: string[] = [];
  subscriptions: readonly Subscription[] = [];
  groupFigures: GroupFigures[] = [];
  lengths: Readonly<Record<string, number>> = {};
  down = false;
  /** What `stop` waits for: handlers in flight. */
  inFlight: Promise<void> = Promise.resolve();
  readonly state = { read: () => Promise.resolve({ version: 0, value: undefined }) };
  readonly admin: StreamAdmin = {
    groups: (stream) => this.#answer(this.groupFigures.filter((figures) => figures.stream === stream)),
    pending: () => this.#answer({ total: 0, entries: [] }),
    deadLetters: () => this.#answer({ total: 0, entries: [] }),
    requeue: () => this.#answer({ requeued: true, entryId: '1-0' }),
    requeueMany: () =>
      this.#answer({
        ...{ matched: 0, requeued: 0, alreadyRequeued: 0, unreadable: 0, gone: 0, remaining: 0 },
        entries: [],
        next: null,
      }),
    duplicatesSuppressed: () => this.#answer(0),
    length: (stream) => this.#answer(this.lengths[stream] ?? 0),
  };

  publish() {
    return this.#answer({ entryId: '1-0', duplicate: false, durability: 'synced' as const });
  }
  commit() {
    return this.#answer('ok' as const);
  }
  start(subscriptions: readonly Subscription[]): Promise<void> {
    this.calls.push('start');
    this.subscriptions = subscriptions;
    return Promise.resolve();
  }
  async stop(): Promise<void> {
    await this.inFlight;
    this.calls.push('stop');
  }
  inLane<Result>(_group: string, _key: string, work: () => Promise<Result>): Promise<Result> {
    return work();
  }
  ready(): boolean {
    return !this.down;
  }
  ping(): Promise<void> {
    return this.#answer(undefined);
  }
  relayOutbox(): Promise<number> {
    this.calls.push('relayOutbox');
    return Promise.resolve(0);
  }

  #answer<Value>(value: Value): Promise<Value> {
    if (!this.down) return Promise.resolve(value);
    return Promise.reject(new TransientError('Redis: expected an answer, was ECONNREFUSED', { code: 'redis_down' }));
  }
}
