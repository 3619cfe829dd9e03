import type { Redis } from 'ioredis';
import { PermanentError } from '../errors/errors.js';
import type { Clock } from '../time/clock.js';
import type { BusObserver } from './bus-observer.js';
import { readLetter } from './dead-letter.js';
import { type LetterEntry, checkFilter, findObstacle, letterFacts, matchesFilter } from './dead-letter-filter.js';
import { type DeskKeys, liveStreamOf } from './desk-keys.js';
import { askRedis } from './redis-connection.js';
import type { RedisScripts } from './redis-scripts.js';
import { type RequeueLetter, requeueLetterOf } from './requeue-letter.js';
import { RequeueMany, redisNowMs } from './requeue-many.js';
import type {
  AnnounceRequeue,
  DeadLetter,
  DeadLetterFilter,
  GroupFigures,
  PendingEntry,
  RequeueManyOptions,
  RequeueManyResult,
  StreamAdmin,
} from './stream-admin.js';

const PAGE = 100;

/** Reads and repairs streams of one desk. */
export class RedisStreamAdmin implements StreamAdmin {
  readonly #redis: Redis;
  readonly #keys: DeskKeys;
  readonly #clock: Clock;
  readonly #requeueLetter: RequeueLetter;
  /** Streams with a bulk requeue under way. */
  readonly #busy = new Set<string>();

  constructor(parts: { redis: Redis; scripts: RedisScripts; keys: DeskKeys; clock: Clock; observer: BusObserver }) {
    this.#redis = parts.redis;
    this.#keys = parts.keys;
    this.#clock = parts.clock;
    this.#requeueLetter = requeueLetterOf(parts);
  }

  groups(stream: string): Promise<readonly GroupFigures[]> {
    return askRedis('group figures', () => this.#groups(stream));
  }

  pending(stream: string, group: string, count: number): Promise<{ total: number; entries: readonly PendingEntry[] }> {
    return askRedis('pending entries', () => this.#pending(stream, group, count));
  }

  async deadLetters(
    stream: string,
    count: number,
    filter: DeadLetterFilter = {},
  ): Promise<{ total: number; entries: readonly DeadLetter[] }> {
    checkFilter(filter);
    return askRedis('dead letters', () => this.#deadLetters(liveStreamOf(stream), count, filter));
  }

  requeue(
    stream: string,
    id: string,
    options: { readonly announce?: AnnounceRequeue } = {},
  ): Promise<{ requeued: boolean; entryId: string }> {
    return askRedis('a requeue', () => this.#requeue(liveStreamOf(stream), id, options.announce));
  }

  async requeueMany(stream: string, options: RequeueManyOptions): Promise<RequeueManyResult> {
    const live = liveStreamOf(stream);
    const dryRun = options.dryRun ?? false;
    if (this.#busy.has(live) && !dryRun) {
      throw new PermanentError(`expected one bulk requeue of ${live} at a time, was a second one`, {
        code: 'requeue_running',
        status: 409,
      });
    }
    if (!dryRun) this.#busy.add(live);
    try {
      const groups = await askRedis('group names', () => this.#groupNames(live));
      const parts = { redis: this.#redis, keys: this.#keys, clock: this.#clock, groups };
      return await new RequeueMany({ ...parts, requeueLetter: this.#requeueLetter }, live, options).run();
    } finally {
      if (!dryRun) this.#busy.delete(live);
    }
  }

  length(stream: string): Promise<number> {
    return askRedis('a stream length', () => this.#redis.xlen(this.#keys.stream(stream)));
  }

  async duplicatesSuppressed(): Promise<number> {
    const counts = await askRedis('counters', () => this.#redis.hvals(this.#keys.suppressed()));
    return counts.reduce((sum, count) => sum + Number(count), 0);
  }

  async #groups(stream: string): Promise<readonly GroupFigures[]> {
    const key = this.#keys.stream(stream);
    const [info, groups] = await Promise.all([this.#info('STREAM', key), this.#info('GROUPS', key)]);
    if (info === undefined || groups === undefined) return [];
    const figures = toMap(info);
    const lastMs = msOf(String(figures.get('last-generated-id')));
    const first = figures.get('first-entry');
    const firstMs = Array.isArray(first) ? msOf(String(first[0])) : lastMs;
    return Promise.all(
      groups.map(async (flat) => {
        const group = toMap(flat as readonly unknown[]);
        const name = String(group.get('name'));
        const lag = group.get('lag');
        return {
          stream,
          group: name,
          pending: Number(group.get('pending')),
          lag: typeof lag === 'number' ? lag : null,
          lagSeconds: Math.max(0, (lastMs - Math.max(firstMs, msOf(String(group.get('last-delivered-id'))))) / 1_000),
          consumers: Number(group.get('consumers')),
          oldestPendingSeconds: await this.#oldestPendingSeconds(key, name, Number(group.get('pending'))),
        };
      }),
    );
  }

  async #pending(
    stream: string,
    group: string,
    count: number,
  ): Promise<{ total: number; entries: readonly PendingEntry[] }> {
    const key = this.#keys.stream(stream);
    try {
      const [summary, rows] = await Promise.all([
        this.#redis.xpending(key, group),
        this.#redis.call('XPENDING', key, group, '-', '+', count),
      ]);
      const entries = (rows as [string, string, number, number][]).map(([entryId, consumer, idleMs, deliveries]) => ({
        entryId,
        consumer,
        idleMs,
        deliveries,
      }));
      return { total: Number(summary[0]), entries };
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('NOGROUP'))) throw error;
      throw new PermanentError(`expected a stream and its group, was stream "${stream}", group "${group}"`, {
        code: 'not_found',
        status: 404,
        cause: error,
      });
    }
  }

  async #deadLetters(
    live: string,
    count: number,
    filter: DeadLetterFilter,
  ): Promise<{ total: number; entries: readonly DeadLetter[] }> {
    const key = this.#keys.deadLetters(live);
    const [total, letters] = await Promise.all([this.#redis.xlen(key), this.#newest(key, count, filter)]);
    const ids = letters.map(([id]) => id);
    const requeued = ids.length === 0 ? [] : await this.#redis.hmget(this.#keys.requeued(live), ...ids);
    return {
      total,
      entries: letters.map(([id, fields], index) => readLetter(id, fields, requeued[index] != null)),
    };
  }

  async #newest(key: string, count: number, filter: DeadLetterFilter): Promise<readonly LetterEntry[]> {
    const found: LetterEntry[] = [];
    if (count === 0) return found;
    const nowMs = await redisNowMs(this.#redis);
    const oldestMs = filter.youngerThanMs === undefined ? 0 : nowMs - filter.youngerThanMs;
    const pageSize = Object.keys(filter).length === 0 ? Math.min(count, PAGE) : PAGE;
    let from = '+';
    for (;;) {
      const page: readonly LetterEntry[] = await this.#redis.xrevrange(key, from, String(oldestMs), 'COUNT', pageSize);
      found.push(...page.filter((entry) => matchesFilter(letterFacts(entry, nowMs), filter)));
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize || found.length >= count) return found.slice(0, count);
      from = `(${last[0]}`;
    }
  }

  async #requeue(
    live: string,
    id: string,
    announce: AnnounceRequeue | undefined,
  ): Promise<{ requeued: boolean; entryId: string }> {
    if (!/^\d+-\d+$/.test(id)) throw notFound(live, id);
    const [entry]: LetterEntry[] = await this.#redis.xrange(this.#keys.deadLetters(live), id, id);
    // Without the letter the script still knows whether it was requeued before.
    const announcement = entry === undefined ? undefined : await this.#announcementOf(live, entry, announce);
    const { status, entryId } = await this.#requeueLetter(live, id, announcement);
    if (status === 'NOTFOUND') throw notFound(live, id);
    if (status === 'UNREADABLE') throw unreadable(live, id, 'expected a record that Redis can read, was another');
    return { requeued: status === 'REQUEUED', entryId: entryId ?? '' };
  }

  async #announcementOf(live: string, entry: LetterEntry, announce: AnnounceRequeue | undefined) {
    const obstacle = findObstacle(entry, await this.#groupNames(live));
    if (obstacle !== undefined) throw unreadable(live, entry[0], obstacle);
    return announce?.(letterFacts(entry, await redisNowMs(this.#redis)));
  }

  async #groupNames(live: string): Promise<ReadonlySet<string>> {
    const groups = (await this.#info('GROUPS', this.#keys.stream(live))) ?? [];
    return new Set(groups.map((flat) => String(toMap(flat as readonly unknown[]).get('name'))));
  }

  async #oldestPendingSeconds(key: string, group: string, pending: number): Promise<number> {
    if (pending === 0) return 0;
    const lowest: unknown = (await this.#redis.xpending(key, group))[1];
    if (typeof lowest !== 'string') return 0;
    return Math.max(0, (this.#clock.now() - msOf(lowest)) / 1_000);
  }

  async #info(what: 'STREAM' | 'GROUPS', key: string): Promise<readonly unknown[] | undefined> {
    try {
      return (await this.#redis.call('XINFO', what, key)) as readonly unknown[];
    } catch (error) {
      if (error instanceof Error && error.message.includes('no such key')) return undefined;
      throw error;
    }
  }
}

function msOf(entryId: string): number {
  return Number(entryId.split('-', 1)[0]);
}

function toMap(flat: readonly unknown[]): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(String(flat[i]), flat[i + 1]);
  return map;
}

function notFound(stream: string, id: string): PermanentError {
  return new PermanentError(`expected a dead letter of ${stream}, was id "${id}"`, { code: 'not_found', status: 404 });
}

function unreadable(stream: string, id: string, obstacle: string): PermanentError {
  return new PermanentError(`dead letter ${id} of ${stream} cannot be requeued: ${obstacle}`, {
    code: 'unreadable_letter',
    status: 422,
  });
}
