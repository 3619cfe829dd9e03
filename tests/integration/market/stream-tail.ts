import type { Redis } from 'ioredis';

export interface TailEntry {
  readonly id: string;
  readonly payload: Record<string, unknown>;
}

/** Reads a stream entry by entry as they come, from its beginning. */
export class StreamTail {
  readonly #redis: Redis;
  readonly #key: string;
  #last = '0';
  readonly #read: TailEntry[] = [];
  /** Every entry that was read so far. */
  readonly seen: TailEntry[] = [];

  constructor(redis: Redis, key: string) {
    this.#redis = redis.duplicate();
    this.#key = key;
  }

  /** The next entry; rejects when none comes in ten seconds. */
  async next(): Promise<TailEntry> {
    const entry = this.#read.shift() ?? (await this.#more());
    this.seen.push(entry);
    return entry;
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #more(): Promise<TailEntry> {
    const found = await this.#redis.xread('COUNT', 1000, 'BLOCK', 10_000, 'STREAMS', this.#key, this.#last);
    for (const [entryId, flat] of found?.[0]?.[1] ?? []) {
      const fields = new Map<string, string>();
      for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? '', flat[i + 1] ?? '');
      const payload = JSON.parse(fields.get('data') ?? '{}') as Record<string, unknown>;
      this.#read.push({ id: fields.get('id') ?? '', payload });
      this.#last = entryId;
    }
    const entry = this.#read.shift();
    if (entry === undefined) throw new Error(`expected an entry in ${this.#key}, was none in ten seconds`);
    return entry;
  }
}
