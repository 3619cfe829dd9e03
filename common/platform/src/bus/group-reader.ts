import type { Redis } from 'ioredis';
import type { BusCore } from './bus-core.js';
import { createGroups } from './create-groups.js';
import type { GroupConsumer } from './group-consumer.js';
import type { Keeper } from './keeper.js';
import { isMissingGroup, isPassingRedisFailure, waitUntilReady } from './redis-connection.js';
import { type ReadReply, type StreamEntry, type SweepReply, readSwept } from './stream-entry.js';

const WATCHDOG_GRACE_MS = 2_000;
const ADOPT_PAGE = 200;
const UNBLOCK_GRACE_MS = 500;
/**
 * Entries of a stream that are read and committed together cost little more than one. Where there is not room for so many of
 * each stream and a backlog in them, a few streams are read at a time, in turn.
 */
const LEAST_SHARE = 32;

/** Reads the streams of one group on a connection of its own, ahead of the handlers as far as there is room. */
export class GroupReader {
  readonly #core: BusCore;
  readonly #consumer: GroupConsumer;
  readonly #keeper: Keeper;
  readonly #redis: Redis;
  readonly #streamOfKey = new Map<string, string>();
  /** There is a backlog in many streams: a few are read at a time, the next ones from this one on. */
  #inTurns = false;
  #turnAt = 0;
  /** Entries may be pending for this consumer that it does not hold: at the start, and after a lost reply. */
  #adoptNext = true;
  #loop: Promise<void> | undefined;
  #failedBefore = false;
  #connectionId: number | undefined;

  constructor(core: BusCore, consumer: GroupConsumer, keeper: Keeper) {
    this.#core = core;
    this.#consumer = consumer;
    this.#keeper = keeper;
    this.#redis = core.openReader(consumer.group);
    this.#redis.on('close', () => {
      this.#adoptNext = true;
    });
    this.#redis.on('ready', () => {
      void this.#redis.client('ID').then(
        (id) => (this.#connectionId = id),
        () => (this.#connectionId = undefined),
      );
    });
    for (const { stream } of consumer.subscriptions) this.#streamOfKey.set(core.keys.stream(stream), stream);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  get ready(): boolean {
    return this.#redis.status === 'ready' && !this.#failedBefore && this.#keeper.whole;
  }

  /** Ends a read that is waiting; what it had got is handed over before this resolves. */
  async stop(): Promise<void> {
    const ended = this.#loop ?? Promise.resolve();
    const id = this.#connectionId;
    const { redis, clock } = this.#core;
    if (id !== undefined && redis.status === 'ready') {
      await redis.call('CLIENT', 'UNBLOCK', id).catch(() => undefined);
    }
    const unblocked = new AbortController();
    await Promise.race([ended, clock.sleep(UNBLOCK_GRACE_MS, unblocked.signal)]);
    unblocked.abort();
    this.#redis.disconnect();
    await ended;
  }

  async #run(): Promise<void> {
    const { stopping, clock } = this.#core;
    while (!this.#stopping()) {
      try {
        await this.#turn();
        this.#failedBefore = false;
      } catch (error) {
        if (this.#stopping()) return;
        await this.#recover(error);
        await clock.sleep(isMissingGroup(error) ? 0 : 100, stopping);
      }
    }
  }

  #stopping(): boolean {
    return this.#core.stopping.aborted;
  }

  async #turn(): Promise<void> {
    if (this.#redis.status !== 'ready') await waitUntilReady(this.#redis, 1_000);
    if (!this.#keeper.whole) await this.#keeper.ensure();
    if (this.#adoptNext) await this.#adopt();
    const room = this.#consumer.room;
    if (room === 0) {
      await this.#consumer.whenChanged();
      return;
    }
    if (this.#consumer.breaker.open) await this.#waitForBreaker();
    const inTurns = this.#inTurns && !this.#consumer.breaker.open;
    this.#consumer.accept(await (inTurns ? this.#readSome(room) : this.#readAll(room)));
  }

  /** From all streams, waiting for the first entry. */
  async #readAll(room: number): Promise<StreamEntry[]> {
    const { readCount, blockMs } = this.#core.tuning;
    const keys = [...this.#streamOfKey.keys()];
    // Redis counts entries by stream.
    const share = Math.max(1, Math.floor(room / keys.length));
    const count = this.#consumer.breaker.open ? 1 : Math.min(readCount, share);
    const entries = await this.#read(keys, { count, blockMs });
    this.#inTurns = count < Math.min(readCount, LEAST_SHARE) && 2 * entries.length >= room;
    return entries;
  }

  /** From as many streams as there is room for, the next ones in turn; without waiting. */
  async #readSome(room: number): Promise<StreamEntry[]> {
    const all = [...this.#streamOfKey.keys()];
    const count = Math.min(this.#core.tuning.readCount, LEAST_SHARE, room);
    const width = Math.min(all.length, Math.max(1, Math.floor(room / count)));
    const keys = Array.from({ length: width }, (_, index) => all[(this.#turnAt + index) % all.length] ?? '');
    const entries = await this.#read(keys, { count });
    this.#turnAt = (this.#turnAt + width) % all.length;
    // Otherwise the backlog is over: whatever is left or comes is read from all of them.
    this.#inTurns = 2 * entries.length >= count * width;
    return entries;
  }

  async #read(
    keys: readonly string[],
    { count, blockMs }: { readonly count: number; readonly blockMs?: number },
  ): Promise<StreamEntry[]> {
    if (this.#core.stopping.aborted) return [];
    const watchdog = setTimeout(
      () => {
        this.#core.logger.warn({ group: this.#consumer.group }, 'read did not come back, reconnecting');
        this.#redis.disconnect(true);
      },
      (blockMs ?? 0) + WATCHDOG_GRACE_MS,
    );
    try {
      const block = blockMs === undefined ? [] : ['BLOCK', blockMs];
      const from = ['GROUP', this.#consumer.group, this.#core.consumer, 'COUNT', count, ...block];
      await this.#core.failpoint?.('read.before');
      const reply = await this.#redis.call('XREADGROUP', ...from, 'STREAMS', ...keys, ...keys.map(() => '>'));
      await this.#core.failpoint?.('read.after');
      return reply === null ? [] : this.#entriesOf(reply as ReadReply);
    } finally {
      clearTimeout(watchdog);
    }
  }

  #entriesOf(reply: ReadReply): StreamEntry[] {
    const entries: StreamEntry[] = [];
    for (const [key, read] of reply) {
      const stream = this.#streamOfKey.get(key);
      if (stream === undefined) continue;
      for (const [entryId, fields] of read) {
        entries.push({ stream, entryId, fields: fields ?? [], deliveries: 1, dueAtMs: 0, counted: 0, transient: 0 });
      }
    }
    return entries;
  }

  /** Takes up what is pending for this consumer's name: an earlier process left it, or a reply was lost. */
  async #adopt(): Promise<void> {
    this.#adoptNext = false;
    const { scripts, keys, consumer, logger } = this.#core;
    const { group } = this.#consumer;
    try {
      for (const stream of this.#streamOfKey.values()) {
        const scriptKeys = [keys.stream(stream), keys.failures(stream, group), keys.retries(stream, group)];
        for (let from = '-'; ;) {
          const args = [group, consumer, 0, ADOPT_PAGE, from, consumer];
          const reply = (await scripts.run('sweep', scriptKeys, args)) as SweepReply;
          if (reply[2].length > 0) logger.info({ stream, group, entries: reply[2].length }, 'took up pending entries');
          this.#consumer.accept(readSwept(stream, reply));
          if (reply[0] === '') break;
          from = `(${reply[0]}`;
        }
      }
    } catch (error) {
      this.#adoptNext = true;
      throw error;
    }
  }

  async #waitForBreaker(): Promise<void> {
    const { clock, stopping, tuning } = this.#core;
    const untilMs = clock.monotonic() + tuning.breakerProbeMs;
    const probeTime = clock.sleep(tuning.breakerProbeMs, stopping);
    while (this.#consumer.breaker.open && clock.monotonic() < untilMs && !stopping.aborted) {
      await Promise.race([this.#consumer.whenChanged(), probeTime]);
    }
  }

  async #recover(error: unknown): Promise<void> {
    const { logger } = this.#core;
    const { group, subscriptions } = this.#consumer;
    if (isMissingGroup(error)) {
      logger.warn({ group }, 'consumer group is gone, creating it again');
      this.#keeper.doubt();
      await this.#keeper.ensure();
      await createGroups({ ...this.#core, subscriptions }).catch(() => undefined);
      return;
    }
    if (!this.#failedBefore) {
      const level = isPassingRedisFailure(error) ? 'warn' : 'error';
      logger[level]({ err: error, group }, 'reading failed, trying again');
    }
    this.#failedBefore = true;
  }
}
