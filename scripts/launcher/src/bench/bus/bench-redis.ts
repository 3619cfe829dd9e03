import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Durability } from './cases.js';
import { FOLLOW_UPS, GROUP, OUTPUTS, PREFIX, QUEUE, QUEUE_PREFIX } from './names.js';
import { parseRedisFigures, type RedisFigures } from './redis-figures.js';
import type { Progress } from './work-window.js';

const POLL_MS = 20;
const FILL_CHUNK = 2_000;

/** Adds messages the way the bus would, with the marks of their ids, spread over the streams in turns. */
const FILL = `
-- KEYS streams; ARGV number of the first message, messages, filling, type, prefix of the keys
local week = math.floor(redis.call('TIME')[1] / 604800)
for i = ARGV[1], ARGV[1] + ARGV[2] - 1 do
  local n = string.format('%016d', i)
  local key = KEYS[i % #KEYS + 1]
  local entry = redis.call('XADD', key, '*', 'data', '{"n":"' .. n .. '","pad":"' .. ARGV[3] .. '"}', 'id', 'm' .. n,
    'type', ARGV[4], 'v', '1', 'traceparent', '00-' .. string.format('%032d', i) .. '-' .. n .. '-01')
  local marks = ARGV[5] .. '~published:' .. string.sub(key, #ARGV[5] + 1) .. ':' .. week
  redis.call('HSET', marks, string.sub(redis.sha1hex('m' .. n), 1, 24), entry)
end
`;

/** The control connection: nothing of what is measured goes over it. */
export class BenchRedis {
  readonly url: string;
  readonly #redis: Redis;

  constructor(url: string) {
    this.url = url;
    this.#redis = new Redis(url);
  }

  close(): void {
    this.#redis.disconnect();
  }

  /** An empty Redis whose log is empty, too, and is not rewritten while something is measured. */
  async empty(): Promise<void> {
    await this.#redis.config('SET', 'auto-aof-rewrite-percentage', '0');
    await this.#redis.config('SET', 'appendfsync', 'everysec');
    await this.#redis.flushall('SYNC');
    await this.#redis.bgrewriteaof();
    while (/aof_rewrite_(in_progress|scheduled):1/.test(await this.#redis.info('persistence'))) await sleep(POLL_MS);
  }

  /** From now on; what was written before is on the disk when this resolves. */
  async setDurability(durability: Durability): Promise<void> {
    await this.#redis.config('SET', 'appendfsync', 'always');
    await this.#redis.set(`${PREFIX}settled`, durability);
    await this.#redis.del(`${PREFIX}settled`);
    await this.#redis.config('SET', 'appendfsync', durability);
  }

  /** Ms of each of so many writes, one after the other. */
  async timeWrites(count: number): Promise<readonly number[]> {
    const timesMs: number[] = [];
    for (let done = 0; done < count; done += 1) {
      const startMs = performance.now();
      await this.#redis.set(`${PREFIX}timed`, String(done));
      timesMs.push(performance.now() - startMs);
    }
    return timesMs;
  }

  /** Adds messages `first`, `first + 1`, … to the streams, by their whole names. */
  async fill(
    keys: readonly string[],
    messages: { first: number; count: number; pad: string; type: string },
  ): Promise<void> {
    const { first, count, pad, type } = messages;
    for (let done = 0; done < count; done += FILL_CHUNK) {
      const chunk = Math.min(FILL_CHUNK, count - done);
      await this.#redis.eval(FILL, keys.length, ...keys, first + done, chunk, pad, type, PREFIX);
    }
  }

  /** A group that is done with the `entries` that the stream holds. */
  async createGroup(key: string, entries: number): Promise<void> {
    await this.#redis.call('XGROUP', 'CREATE', key, GROUP, '$', 'MKSTREAM', 'ENTRIESREAD', entries);
  }

  async figures(): Promise<RedisFigures> {
    const info = await this.#redis.call('INFO', 'cpu', 'stats', 'memory', 'commandstats');
    return parseRedisFigures(String(info));
  }

  /** Of the group over these streams; nothing is done yet where the group is missing. */
  async streamProgress(keys: readonly string[]): Promise<Progress> {
    const pipeline = this.#redis.pipeline();
    for (const key of keys) pipeline.xinfo('STREAM', key).xinfo('GROUPS', key);
    const replies = ((await pipeline.exec()) ?? []).map(([error, reply]) => {
      if (error !== null) throw error;
      return reply as unknown[];
    });
    let [done, waiting] = [0, 0];
    for (let at = 0; at + 1 < replies.length; at += 2) {
      const added = numberIn(replies[at] ?? [], 'entries-added');
      const group = replies[at + 1]?.[0] as unknown[] | undefined;
      const lag = group === undefined ? added : numberIn(group, 'lag');
      waiting += lag;
      done += added - lag - (group === undefined ? 0 : numberIn(group, 'pending'));
    }
    return { done, waiting };
  }

  /** Of the queue, to which `added` jobs were added. @throws Error when a job has failed. */
  async queueProgress(added: number): Promise<Progress> {
    const key = `${QUEUE_PREFIX}:${QUEUE}`;
    const replies = await this.#redis.multi().llen(`${key}:wait`).llen(`${key}:active`).zcard(`${key}:failed`).exec();
    const [waiting = NaN, active = NaN, failed = NaN] = (replies ?? []).map(([, reply]) => Number(reply));
    if (failed !== 0) throw new Error(`expected no job of BullMQ to fail, was ${failed}`);
    return { done: added - waiting - active, waiting };
  }

  /** Entries of the bus' outputs, or BullMQ's follow-up jobs: one of them is nothing. */
  async outputs(): Promise<number> {
    const followUps = await this.#redis.llen(`${QUEUE_PREFIX}:${FOLLOW_UPS}:wait`);
    return followUps + (await this.#redis.xlen(`${PREFIX}${OUTPUTS}`));
  }

  /** Bytes of what is kept, by kind: the first word of the bus' own keys (`~done`), `streams` for the others. */
  async memoryByKind(): Promise<ReadonlyMap<string, number>> {
    const bytes = new Map<string, number>();
    const pages = this.#redis.scanStream({ match: `${PREFIX}*`, count: 1000 }) as AsyncIterable<string[]>;
    for await (const keys of pages) {
      for (const key of keys) {
        const kind = /^(~[^:]+)/.exec(key.slice(PREFIX.length))?.[1] ?? 'streams';
        const used = await this.#redis.memory('USAGE', key, 'SAMPLES', 0);
        bytes.set(kind, (bytes.get(kind) ?? 0) + (used ?? 0));
      }
    }
    return bytes;
  }
}

/** A field of a reply with names and values in turn. */
function numberIn(reply: readonly unknown[], field: string): number {
  const value = reply[reply.indexOf(field) + 1];
  if (typeof value !== 'number') throw new Error(`expected a number as ${field} of a stream, was ${String(value)}`);
  return value;
}
