import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { BusCore } from '@octant/platform/bus/bus-core';
import { defaultTuning } from '@octant/platform/bus/bus-tuning';
import { Delivery } from '@octant/platform/bus/delivery';
import type { DeskKeys } from '@octant/platform/bus/desk-keys';
import type { EncodedBatch } from '@octant/platform/bus/encode-batch';
import type { Identified } from '@octant/platform/bus/encode-message';
import { digestOf } from '@octant/platform/bus/message-id';
import type { RedisScripts } from '@octant/platform/bus/redis-scripts';
import { traceIdOfMessageId } from '@octant/platform/bus/message-id';
import { traceparentOf } from '@octant/platform/bus/trace-context';
import { type ModelEntry, type ModelStream, DeskModel, OUT } from './desk-model.js';
import type { Pick } from './steps.js';

/** Above half a node of a stream, so that each entry has a node of its own and trimming is exact. */
const PADDING = 'p'.repeat(2_200);

export const anything = z.looseObject({});

/** A batch that was sent, to be sent again. */
export interface SentBatch {
  readonly owner: string;
  readonly encoded: EncodedBatch;
  readonly answer: string;
}

/** One run: the real desk, the model of it, and what the replies of Redis alone have told. */
export class Trial {
  readonly redis: Redis;
  readonly scripts: RedisScripts;
  readonly keys: DeskKeys;
  readonly model = new DeskModel();
  /** By group, consumer and slot. */
  readonly sent = new Map<string, SentBatch>();
  readonly lastAttempts = new Map<string, string>();
  readonly lastTries = new Map<string, string>();
  lastChange: string | undefined;
  /** Effects by `stream:group:message id`, told by replies alone. */
  readonly effects = new Map<string, number>();
  #count = 0;

  constructor(redis: Redis, scripts: RedisScripts, keys: DeskKeys) {
    this.redis = redis;
    this.scripts = scripts;
    this.keys = keys;
  }

  /** What the bus' own functions need of a process. */
  core(consumer: string, options: { token?: string; maxTransientMs?: number; keys?: DeskKeys } = {}): BusCore {
    const { token = this.token(), maxTransientMs = defaultTuning.maxTransientMs, keys = this.keys } = options;
    const parts = { redis: this.redis, scripts: this.scripts, keys, consumer, nextToken: () => token };
    const tuning = { ...defaultTuning, maxTransientMs };
    return { ...parts, tuning, closing: new AbortController().signal } as unknown as BusCore;
  }

  token(): string {
    this.#count += 1;
    return `token${String(this.#count)}`;
  }

  /** A message that differs from all before it in all but its id. */
  message(stream: string, id: string): Identified {
    this.#count += 1;
    const padding = stream === OUT ? {} : { padding: PADDING };
    return { stream, type: `type-${String(this.#count % 3)}`, id, payload: { n: this.#count, ...padding } };
  }

  /** Fields of the entry that publishing makes of a message. */
  fieldsOf({ id, type, payload }: Identified, traceId = traceIdOfMessageId(id)): string[] {
    const traceparent = traceparentOf(traceId, digestOf(id));
    return ['data', JSON.stringify(payload), 'id', id, 'type', type, 'v', '1', 'traceparent', traceparent];
  }

  /** Mostly what this consumer has pending, often what others have, sometimes any entry that ever was. */
  find(place: { stream: string; group: string; consumer: string }, pick: Pick): ModelEntry | undefined {
    const stream = this.model.stream(place.stream);
    const { pending } = stream.group(place.group);
    const all = [...pending.keys()];
    const own = all.filter((entry) => pending.get(entry)?.owner === place.consumer);
    const chance = pick % 8;
    const pools = chance < 5 ? [own, all] : chance < 7 ? [all] : [];
    const pool = pools.find((entries) => entries.length > 0) ?? stream.everAdded;
    return pool[Math.floor(pick / 8) % Math.max(1, pool.length)];
  }

  /** The same for several, each entry once. */
  findAll(place: { stream: string; group: string; consumer: string }, picks: readonly Pick[]): ModelEntry[] {
    const found = picks.map((pick) => this.find(place, pick)).filter((entry) => entry !== undefined);
    return [...new Set(found)];
  }

  /** An entry as a consumer of the bus holds it. */
  delivery(stream: ModelStream, group: string, about: { entry: ModelEntry; maxFailures?: number }): Delivery {
    const { entry, maxFailures = 5 } = about;
    const subscription = { stream: stream.name, group, schema: anything, handle: () => ({}), maxFailures };
    const deliveries = stream.group(group).pending.get(entry)?.deliveries ?? 1;
    const read = { stream: stream.name, entryId: entry.id, fields: entry.fields, deliveries };
    return new Delivery(
      subscription,
      { ...read, dueAtMs: 0, counted: 0, transient: 0 },
      { atMonotonicMs: 0, suspectDeliveries: 3 },
    );
  }

  /** As if what publishing remembers of these messages had run out. */
  async forgetPublished(stream: string, messageIds: readonly string[]): Promise<void> {
    if (messageIds.length === 0) return;
    const lua = `
      local week = math.floor(tonumber(redis.call('TIME')[1]) / 604800)
      for w = week - 2, week do redis.call('HDEL', KEYS[1] .. ':' .. w, unpack(ARGV)) end`;
    await this.redis.eval(lua, 1, this.keys.published(stream), ...messageIds.map(digestOf));
  }

  noteEffect(stream: string, group: string, messageId: string): void {
    const key = `${stream}:${group}:${messageId}`;
    this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
  }
}
