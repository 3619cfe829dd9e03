import type { Redis } from 'ioredis';
import { PermanentError, TransientError } from '../errors/errors.js';
import type { Clock } from '../time/clock.js';
import { compareEntryIds } from './entry-id.js';
import { type LetterEntry, checkFilter, findObstacle, letterFacts, matchesFilter } from './dead-letter-filter.js';
import type { DeskKeys } from './desk-keys.js';
import { letterPages } from './letter-pages.js';
import { isPassingRedisFailure } from './redis-connection.js';
import type { RequeueLetter, RequeueReply } from './requeue-letter.js';
import type { LetterFacts, RequeueEntry, RequeueManyOptions, RequeueManyResult } from './stream-admin.js';

const DEFAULT_LIMIT = 100;
const MOST_AT_ONCE = 1_000;
const DEFAULT_PER_SECOND = 200;
const LARGEST_BATCH = 50;
const BATCHES_PER_SECOND = 10;
const UNREADABLE_SHOWN = 100;

export interface RequeueManyParts {
  readonly redis: Redis;
  readonly keys: DeskKeys;
  readonly clock: Clock;
  readonly requeueLetter: RequeueLetter;
  /** Groups of the stream. */
  readonly groups: ReadonlySet<string>;
}

/**
 * One bulk requeue: walks the dead-letter stream in pages, so that neither Redis nor this process ever holds much of it, and
 * puts letters back in paced batches. It keeps nothing of its own anywhere: the requeue script remembers each letter, so
 * that an interrupted run is repeated from the start and does the rest.
 */
export class RequeueMany {
  readonly #parts: RequeueManyParts;
  readonly #live: string;
  readonly #options: RequeueManyOptions;
  readonly #limit: number;
  readonly #perSecond: number;
  readonly #entries: RequeueEntry[] = [];
  readonly #counts = { matched: 0, requeued: 0, alreadyRequeued: 0, unreadable: 0, gone: 0, remaining: 0 };
  #taken = 0;
  #lastTaken: string | undefined;
  #startedAtMs = 0;

  /** @throws PermanentError `invalid_request` for a limit, a pace or an age that cannot be. */
  constructor(parts: RequeueManyParts, live: string, options: RequeueManyOptions) {
    const { filter, limit = DEFAULT_LIMIT, perSecond = DEFAULT_PER_SECOND } = options;
    checkFilter(filter);
    checkWhole('limit', limit, { most: MOST_AT_ONCE });
    checkWhole('perSecond', perSecond, { most: Number.MAX_SAFE_INTEGER });
    this.#parts = parts;
    this.#live = live;
    this.#options = options;
    this.#limit = limit;
    this.#perSecond = perSecond;
  }

  async run(): Promise<RequeueManyResult> {
    try {
      const upTo = this.#options.upTo ?? (await this.#newestId());
      if (upTo !== undefined) await this.#walk(upTo);
      const after = this.#counts.remaining === 0 ? undefined : this.#lastTaken;
      return {
        ...this.#counts,
        entries: this.#entries.sort((a, b) => compareEntryIds(a.id, b.id)),
        next: after === undefined || upTo === undefined ? null : { after, upTo },
      };
    } catch (error) {
      if (!isPassingRedisFailure(error)) throw error;
      throw new TransientError(
        `expected an answer of Redis to each requeue, was none after ${String(this.#counts.requeued)} of them; the same request again does the rest`,
        { code: 'redis_unavailable', details: { requeued: this.#counts.requeued }, cause: error },
      );
    }
  }

  async #walk(upTo: string): Promise<void> {
    const { redis, keys, clock } = this.#parts;
    const { filter, after } = this.#options;
    const nowMs = await redisNowMs(redis);
    this.#startedAtMs = clock.monotonic();
    const { olderThanMs = 0, youngerThanMs = nowMs } = filter;
    const from = after === undefined ? String(Math.max(0, nowMs - youngerThanMs)) : `(${after}`;
    for await (const page of letterPages(redis, { key: keys.deadLetters(this.#live), from, upTo })) {
      const read = page.map((entry) => ({ entry, facts: letterFacts(entry, nowMs) }));
      await this.#takePage(read.filter(({ facts }) => matchesFilter(facts, filter)));
      // Ids rise with time, so behind a letter that is too young all are.
      if ((read.at(-1)?.facts.ageMs ?? 0) < olderThanMs) return;
    }
  }

  async #takePage(page: readonly { entry: LetterEntry; facts: LetterFacts }[]): Promise<void> {
    if (page.length === 0) return;
    const { redis, keys, groups } = this.#parts;
    const earlier = await redis.hmget(keys.requeued(this.#live), ...page.map(({ facts }) => facts.id));
    const chosen: LetterFacts[] = [];
    for (const [index, { entry, facts }] of page.entries()) {
      this.#counts.matched += 1;
      if (earlier[index] != null) {
        this.#counts.alreadyRequeued += 1;
        continue;
      }
      const obstacle = findObstacle(entry, groups);
      if (obstacle !== undefined) this.#noteUnreadable(facts, obstacle);
      else if (this.#taken + chosen.length < this.#limit) chosen.push(facts);
      else this.#counts.remaining += 1;
    }
    const size = Math.min(LARGEST_BATCH, Math.ceil(this.#perSecond / BATCHES_PER_SECOND));
    for (let start = 0; start < chosen.length; start += size) {
      await this.#takeBatch(chosen.slice(start, start + size));
    }
  }

  async #takeBatch(batch: readonly LetterFacts[]): Promise<void> {
    this.#lastTaken = batch.at(-1)?.id;
    if (this.#options.dryRun ?? false) {
      this.#taken += batch.length;
      this.#counts.remaining += batch.length;
      this.#entries.push(...batch.map((facts) => entryOf(facts, 'would_requeue')));
      return;
    }
    await this.#keepPace();
    this.#taken += batch.length;
    const { requeueLetter } = this.#parts;
    // Sent together on one connection. When one is not answered the others' answers still count.
    const replies = await Promise.allSettled(
      batch.map((facts) => requeueLetter(this.#live, facts.id, this.#options.announce?.(facts))),
    );
    for (const [index, reply] of replies.entries()) {
      const facts = batch[index];
      if (reply.status === 'fulfilled' && facts !== undefined) this.#note(facts, reply.value);
    }
    const failed = replies.find((reply) => reply.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #keepPace(): Promise<void> {
    const { clock } = this.#parts;
    const dueAtMs = this.#startedAtMs + (this.#taken / this.#perSecond) * 1_000;
    const waitMs = dueAtMs - clock.monotonic();
    if (waitMs > 0) await clock.sleep(waitMs);
  }

  #note(facts: LetterFacts, { status, entryId }: RequeueReply): void {
    if (status === 'REQUEUED') {
      this.#counts.requeued += 1;
      this.#entries.push(entryOf(facts, 'requeued', { entryId }));
    } else if (status === 'AGAIN') {
      this.#counts.alreadyRequeued += 1;
      this.#entries.push(entryOf(facts, 'already_requeued', { entryId }));
    } else if (status === 'NOTFOUND') {
      this.#counts.gone += 1;
      this.#entries.push(entryOf(facts, 'gone'));
    } else {
      this.#noteUnreadable(facts, 'expected a record that Redis can read, was another');
    }
  }

  #noteUnreadable(facts: LetterFacts, detail: string): void {
    this.#counts.unreadable += 1;
    if (this.#counts.unreadable <= UNREADABLE_SHOWN) this.#entries.push(entryOf(facts, 'unreadable', { detail }));
  }

  async #newestId(): Promise<string | undefined> {
    const { redis, keys } = this.#parts;
    return (await redis.xrevrange(keys.deadLetters(this.#live), '+', '-', 'COUNT', 1))[0]?.[0];
  }
}

/** Redis' clock, epoch ms: ages of letters are told by the clock that gave them their ids. */
export async function redisNowMs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

function entryOf(
  facts: LetterFacts,
  outcome: RequeueEntry['outcome'],
  { entryId = null, detail = null }: { entryId?: string | null; detail?: string | null } = {},
): RequeueEntry {
  return { ...facts, outcome, entryId, detail };
}

function checkWhole(name: string, value: number, { most }: { most: number }): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new PermanentError(`${name}: expected a whole number from 1 to ${String(most)}, was ${String(value)}`, {
    code: 'invalid_request',
  });
}
