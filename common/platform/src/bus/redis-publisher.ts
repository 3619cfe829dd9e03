import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Publisher, PublishReceipt } from '../agent/definition.js';
import type { Clock } from '../time/clock.js';
import type { DeskKeys } from './desk-keys.js';
import { type Identified, encodeMessage, encodeState } from './encode-message.js';
import type { DurabilityProbe } from './durability.js';
import type { StateEntry, StateReader, StateWrite } from './message.js';
import { askRedis, waitUntilReady } from './redis-connection.js';
import type { RedisScripts, ScriptArgument, ScriptName } from './redis-scripts.js';
import { TransientError } from '../errors/errors.js';

/** Tells an absent state from one that Redis has lost. */
export interface StateGuard {
  /** Key that is there as long as Redis has what the agent keeps in it. */
  readonly mark: string;
  isOn(): boolean;
  onMissing(): void;
}

/** Publishes and reads state from outside a handler; gives up with TransientError when Redis stays away for `patienceMs`. */
export class RedisPublisher implements Publisher, StateReader {
  readonly #redis: Redis;
  readonly #scripts: RedisScripts;
  readonly #keys: DeskKeys;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #durability: DurabilityProbe;
  readonly #guard: StateGuard;

  constructor(parts: {
    redis: Redis;
    scripts: RedisScripts;
    keys: DeskKeys;
    clock: Clock;
    patienceMs: number;
    durability: DurabilityProbe;
    guard: StateGuard;
  }) {
    this.#redis = parts.redis;
    this.#scripts = parts.scripts;
    this.#keys = parts.keys;
    this.#clock = parts.clock;
    this.#patienceMs = parts.patienceMs;
    this.#durability = parts.durability;
    this.#guard = parts.guard;
  }

  async publish(message: Identified): Promise<PublishReceipt> {
    const encoded = encodeMessage(this.#keys, message);
    const [entryId, repeated] = (await this.#run('publish', encoded.keys, encoded.args)) as [string, number];
    const durability = await this.#durability.read().catch(() => 'buffered' as const);
    return { entryId, duplicate: repeated === 1, durability };
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
    const [version, json, kept] = await this.#readHash(this.#keys.state(key));
    if (kept === 0 && this.#guard.isOn()) {
      this.#guard.onMissing();
      throw new TransientError(
        `expected state "${key}" or its absence to be known, Redis was emptied and is being filled`,
        {
          code: 'rebuilding',
          retryAfterMs: 250,
        },
      );
    }
    if (version == null || json == null) return { version: 0, value: undefined };
    return { version: Number(version), value: JSON.parse(json) as Value };
  }

  #readHash(key: string): Promise<readonly [version: string | null, json: string | null, kept: number]> {
    return askRedis('a state read', async () => {
      await this.#whenReady();
      const reply = await this.#scripts.run('read', [key, this.#guard.mark], []);
      return reply as [string | null, string | null, number];
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
