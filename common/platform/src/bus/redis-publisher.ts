import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Publisher, PublishReceipt } from '../agent/definition.js';
import type { Clock } from '../time/clock.js';
import type { DeskKeys } from './desk-keys.js';
import { type Identified, encodeMessage, encodeState } from './encode-message.js';
import type { StateEntry, StateReader, StateWrite } from './message.js';
import { askRedis, waitUntilReady } from './redis-connection.js';
import type { RedisScripts, ScriptArgument, ScriptName } from './redis-scripts.js';

/** Publishes and reads state from outside a handler; gives up with TransientError when Redis stays away for `patienceMs`. */
export class RedisPublisher implements Publisher, StateReader {
  readonly #redis: Redis;
  readonly #scripts: RedisScripts;
  readonly #keys: DeskKeys;
  readonly #clock: Clock;
  readonly #patienceMs: number;

  constructor(parts: { redis: Redis; scripts: RedisScripts; keys: DeskKeys; clock: Clock; patienceMs: number }) {
    this.#redis = parts.redis;
    this.#scripts = parts.scripts;
    this.#keys = parts.keys;
    this.#clock = parts.clock;
    this.#patienceMs = parts.patienceMs;
  }

  async publish(message: Identified): Promise<PublishReceipt> {
    const encoded = encodeMessage(this.#keys, message);
    const [entryId, repeated] = (await this.#run('publish', encoded.keys, encoded.args)) as [string, number];
    return { entryId, duplicate: repeated === 1 };
  }

  async commit(change: { messages: readonly Identified[]; state: readonly StateWrite[] }): Promise<'ok' | 'stale'> {
    const state = encodeState(this.#keys, change.state);
    const messages = change.messages.map((message) => encodeMessage(this.#keys, message));
    const keys = [this.#keys.change(randomUUID()), ...state.keys, ...messages.flatMap((message) => message.keys)];
    const args = [
      change.state.length,
      messages.length,
      ...state.args,
      ...messages.flatMap((message): readonly string[] => message.args),
    ];
    const [status] = (await this.#run('change', keys, args)) as ['ok' | 'stale'];
    return status;
  }

  async read<Value>(key: string): Promise<StateEntry<Value>> {
    const [version, json] = await this.#readHash(this.#keys.state(key));
    if (version == null || json == null) return { version: 0, value: undefined };
    return { version: Number(version), value: JSON.parse(json) as Value };
  }

  #readHash(key: string): Promise<(string | null)[]> {
    return askRedis('a state read', async () => {
      await this.#whenReady();
      return this.#redis.hmget(key, 'v', 'd');
    });
  }

  async #run(name: ScriptName, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    const giveUpAtMs = this.#clock.monotonic() + this.#patienceMs;
    await this.#whenReady();
    return this.#scripts.runUntil({ name, keys, args }, () => this.#clock.monotonic() >= giveUpAtMs);
  }

  async #whenReady(): Promise<void> {
    if (this.#redis.status !== 'ready') await waitUntilReady(this.#redis, this.#patienceMs);
  }
}
