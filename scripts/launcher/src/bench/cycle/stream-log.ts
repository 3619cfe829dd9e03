import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

const POLL_MS = 200;
const PAGE = 1000;

/** An entry: its time by the clock of Redis, and its payload. */
export interface LoggedEntry {
  readonly atMs: number;
  readonly data: Record<string, unknown>;
}

/**
 * Keeps all entries of some streams, by a plain XREAD beside the consumer groups, so that trimming takes nothing away. It
 * looks seldom, to be no part of what is measured: times come from the entries' ids.
 */
export class StreamLog {
  readonly #redis: Redis;
  readonly #entries = new Map<string, LoggedEntry[]>();
  readonly #lastIds = new Map<string, string>();
  readonly #end = new AbortController();
  readonly #done: Promise<void>;
  #failure: Error | undefined;

  /** `streams`: keys as they stand in Redis. The connection is closed by `stop`. */
  constructor(redis: Redis, streams: readonly string[]) {
    this.#redis = redis;
    for (const stream of streams) {
      this.#entries.set(stream, []);
      this.#lastIds.set(stream, '0-0');
    }
    this.#done = this.#follow().catch((error: unknown) => {
      if (!this.#end.signal.aborted) this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** What came to the stream so far, oldest first. @throws Error when reading failed. */
  entries(stream: string): readonly LoggedEntry[] {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#entries.get(stream) ?? [];
  }

  /** Reads up to now. */
  async catchUp(): Promise<void> {
    while ((await this.#read()) >= PAGE);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#done;
    this.#redis.disconnect();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.catchUp();
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Number of entries of the fullest stream. Two reads at once do not take an entry twice: ids only rise. */
  async #read(): Promise<number> {
    const reply = await this.#redis.xread('COUNT', PAGE, 'STREAMS', ...this.#lastIds.keys(), ...this.#lastIds.values());
    let most = 0;
    for (const [stream, entries] of reply ?? []) {
      most = Math.max(most, entries.length);
      for (const [id, fields] of entries) this.#take(stream, id, fields);
    }
    return most;
  }

  #take(stream: string, id: string, fields: readonly string[]): void {
    const entries = this.#entries.get(stream);
    const data = fields[fields.indexOf('data') + 1];
    if (entries === undefined || data === undefined || !isAfter(id, this.#lastIds.get(stream) ?? '0-0')) return;
    this.#lastIds.set(stream, id);
    entries.push({ atMs: Number(id.split('-')[0]), data: JSON.parse(data) as Record<string, unknown> });
  }
}

function isAfter(id: string, other: string): boolean {
  const [ms = 0, sequence = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherSequence = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && sequence > otherSequence);
}
