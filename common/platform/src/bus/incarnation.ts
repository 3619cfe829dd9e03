import type { Redis } from 'ioredis';
import type { Durability, DurabilityProbe } from './durability.js';

interface Identity {
  readonly runId: string;
  /** Replication history; changes when a replica takes over. */
  readonly history: string;
  readonly durability: Durability;
}

/** Tells a Redis that came back as it was from one that may have lost its last writes. */
export class Incarnation {
  readonly #redis: Redis;
  readonly #durability: DurabilityProbe;
  #known: Identity | undefined;

  constructor(redis: Redis, durability: DurabilityProbe) {
    this.#redis = redis;
    this.#durability = durability;
  }

  /**
   * True when acknowledged writes may be missing since the last look: another process answers whose predecessor did not
   * sync each write, or a replica was promoted. The first look answers false. @throws what the connection throws.
   */
  async mayHaveLost(): Promise<boolean> {
    const before = this.#known;
    const now = await this.#identify();
    this.#known = now;
    if (before === undefined || before.runId === now.runId) return false;
    return before.durability !== 'synced' || before.history !== now.history;
  }

  async #identify(): Promise<Identity> {
    const [server, replication, durability] = await Promise.all([
      this.#redis.info('server'),
      this.#redis.info('replication'),
      this.#durability.read(),
    ]);
    return {
      runId: /run_id:(\S+)/.exec(server)?.[1] ?? '',
      history: /master_replid2:(\S+)/.exec(replication)?.[1] ?? '',
      durability,
    };
  }
}
