import { setMaxListeners } from 'node:events';
import type { Redis } from 'ioredis';
import type { PublishReceipt } from '../agent/definition.js';
import { PermanentError, TransientError } from '../errors/errors.js';
import type { Bus, BusOptions, BusStart } from './bus.js';
import type { BusCore } from './bus-core.js';
import { checkDurability } from './check-durability.js';
import { createCore } from './create-core.js';
import { createGroups } from './create-groups.js';
import { DurabilityProbe } from './durability.js';
import type { Identified } from './encode-message.js';
import { GroupConsumer } from './group-consumer.js';
import { GroupReader } from './group-reader.js';
import { Housekeeping } from './housekeeping.js';
import { Incarnation } from './incarnation.js';
import { Keeper } from './keeper.js';
import { Lanes } from './lanes.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { StateReader, StateWrite } from './message.js';
import { askRedis, waitUntilReady } from './redis-connection.js';
import { RedisPublisher, type StateGuard } from './redis-publisher.js';
import { RedisStreamAdmin } from './redis-stream-admin.js';
import type { StreamAdmin } from './stream-admin.js';
import type { Subscription } from './subscription.js';

const PING_TIMEOUT_MS = 1_000;
const START_PATIENCE_MS = 30_000;
const START_RETRY_MS = 50;

interface Member {
  readonly consumer: GroupConsumer;
  readonly reader: GroupReader;
  readonly leases: LeaseKeeper;
}

/** The bus on Redis Streams: wiring and lifecycle; what happens to a message is in group-consumer.ts and handle-delivery.ts. */
export class RedisBus implements Bus {
  readonly state: StateReader;
  readonly admin: StreamAdmin;
  readonly #options: BusOptions;
  readonly #redis: Redis;
  readonly #core: BusCore;
  readonly #publisher: RedisPublisher;
  readonly #keeper: Keeper;
  readonly #stopping = new AbortController();
  readonly #closing = new AbortController();
  readonly #lanes = new Map<string, Lanes>();
  #members: readonly Member[] = [];
  #housekeeping: Housekeeping | undefined;
  #started = false;

  constructor(options: BusOptions) {
    this.#options = options;
    setMaxListeners(0, this.#stopping.signal, this.#closing.signal);
    this.#core = createCore(options, { stopping: this.#stopping.signal, closing: this.#closing.signal });
    const { redis, scripts, keys, clock, observer, tuning } = this.#core;
    const { agent } = options;
    this.#redis = redis;
    const durability = new DurabilityProbe(this.#redis);
    const publisher = (guard: StateGuard) =>
      new RedisPublisher({ redis, scripts, keys, clock, patienceMs: tuning.commandTimeoutMs, durability, guard });
    const mark = keys.kept(agent);
    const unguarded = publisher({ mark, isOn: () => false, onMissing: () => undefined });
    const keeper = new Keeper(this.#core, {
      agent,
      desk: { state: unguarded, bus: unguarded },
      incarnation: new Incarnation(this.#redis, durability),
      onLost: () => {
        this.#loseAll();
      },
    });
    this.#keeper = keeper;
    const onMissing = () => {
      keeper.doubt();
    };
    this.#publisher = publisher({ mark, isOn: () => keeper.guards, onMissing });
    this.state = this.#publisher;
    this.admin = new RedisStreamAdmin({ redis, scripts, keys, clock, observer });
  }

  async start(subscriptions: readonly Subscription[], options: BusStart = {}): Promise<void> {
    if (this.#started) throw new Error('expected a bus that was not started before');
    const byGroup = groupSubscriptions(subscriptions);
    await this.#untilDone(() => checkDurability(this.#redis, this.#options.durability ?? 'strict', this.#core.logger));
    await this.#keeper.start(options.rebuild);
    await this.#untilDone(() => createGroups({ ...this.#core, subscriptions }));
    this.#members = [...byGroup].map(([group, members]) => {
      const consumer = new GroupConsumer(this.#core, this.#lanesOf(group), members);
      return {
        consumer,
        reader: new GroupReader(this.#core, consumer, this.#keeper),
        leases: new LeaseKeeper(this.#core, consumer),
      };
    });
    this.#housekeeping = new Housekeeping(this.#core, this.#options.streamGroups ?? {}, subscriptions);
    this.#started = true;
    for (const { reader, leases } of this.#members) {
      reader.start();
      leases.start();
    }
    this.#housekeeping.start();
  }

  async stop(deadlineMs: number): Promise<void> {
    const { clock } = this.#core;
    const untilMs = clock.monotonic() + deadlineMs;
    this.#stopping.abort();
    for (const { consumer } of this.#members) consumer.wake();
    await Promise.all(this.#members.map(({ reader }) => reader.stop()));
    await this.#drain(untilMs);
    this.#closing.abort();
    if (this.#redis.status === 'ready') {
      await Promise.all(this.#members.map(({ leases }) => leases.release())).catch((error: unknown) => {
        this.#core.logger.warn({ err: error }, 'entries could not be released; their leases will run out');
      });
    }
    await Promise.all(this.#members.map(({ leases }) => leases.stopped()));
    await this.#housekeeping?.stopped();
    await this.#keeper.stopped();
    await this.#core.effects?.markPublished().catch((error: unknown) => {
      this.#core.logger.warn(
        { err: error },
        'published outbox rows are not marked; they are published again, to no effect',
      );
    });
    this.#redis.disconnect();
  }

  publish(message: Identified): Promise<PublishReceipt> {
    return this.#publisher.publish(message);
  }

  commit(change: { messages: readonly Identified[]; state: readonly StateWrite[] }): Promise<'ok' | 'stale'> {
    return this.#publisher.commit(change);
  }

  inLane<Result>(group: string, key: string, work: () => Promise<Result>): Promise<Result> {
    return this.#lanesOf(group).run(key, work);
  }

  ready(): boolean {
    if (!this.#started || this.#stopping.signal.aborted || this.#redis.status !== 'ready') return false;
    return this.#members.every(({ reader }) => reader.ready);
  }

  async ping(): Promise<void> {
    const timeout = new AbortController();
    const late = this.#core.clock.sleep(PING_TIMEOUT_MS, timeout.signal).then(() => 'late' as const);
    try {
      const answer = await Promise.race([this.#redis.ping(), late]);
      if (answer === 'late') throw new Error(`expected an answer within ${String(PING_TIMEOUT_MS)} ms, was none`);
    } catch (error) {
      throw new TransientError('expected Redis to answer a ping, was no answer', {
        code: 'redis_unavailable',
        cause: error,
      });
    } finally {
      timeout.abort();
    }
  }

  async relayOutbox(): Promise<number> {
    return (await this.#housekeeping?.relay(0)) ?? 0;
  }

  /** Does what must work once before reading begins; again when Redis goes away in the middle of it. */
  async #untilDone(act: () => Promise<void>): Promise<void> {
    const { clock } = this.#core;
    const giveUpAtMs = clock.monotonic() + START_PATIENCE_MS;
    for (;;) {
      try {
        await waitUntilReady(this.#redis, START_PATIENCE_MS);
        await askRedis('the start of the bus', act);
        return;
      } catch (error) {
        if (!(error instanceof TransientError) || clock.monotonic() >= giveUpAtMs) throw error;
        await clock.sleep(START_RETRY_MS);
      }
    }
  }

  async #drain(untilMs: number): Promise<void> {
    const { clock } = this.#core;
    const drained = new AbortController();
    const deadline = clock.sleep(untilMs - clock.monotonic(), drained.signal);
    for (const { consumer } of this.#members) {
      while (consumer.running > 0 && clock.monotonic() < untilMs) {
        await Promise.race([consumer.whenChanged(), deadline]);
      }
    }
    drained.abort();
  }

  #loseAll(): void {
    for (const { consumer } of this.#members) consumer.loseAll();
  }

  #lanesOf(group: string): Lanes {
    const known = this.#lanes.get(group);
    if (known !== undefined) return known;
    const lanes = new Lanes();
    this.#lanes.set(group, lanes);
    return lanes;
  }
}

function groupSubscriptions(
  subscriptions: readonly Subscription[],
): ReadonlyMap<string, readonly [Subscription, ...Subscription[]]> {
  const byGroup = new Map<string, [Subscription, ...Subscription[]]>();
  for (const subscription of subscriptions) {
    const members = byGroup.get(subscription.group);
    if (members === undefined) byGroup.set(subscription.group, [subscription]);
    else if (members.every((member) => member.stream !== subscription.stream)) members.push(subscription);
    else {
      const { stream, group } = subscription;
      throw new PermanentError(`expected one subscription of ${stream} in group ${group}, was two`, {
        code: 'duplicate_subscription',
      });
    }
  }
  return byGroup;
}
