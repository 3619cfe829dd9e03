import type { Redis } from 'ioredis';
import { readSetting } from './check-durability.js';

/**
 * What an acknowledged write has reached: `synced` = the disk (AOF, `appendfsync always`); `buffered` = the operating system
 * or less, up to a second of writes is lost with the machine or the process; `memory` = nothing but Redis' memory.
 */
export type Durability = 'synced' | 'buffered' | 'memory';

/** Knows the durability of a connection's Redis; asks again whenever the connection was lost, for it may be another one. */
export class DurabilityProbe {
  readonly #redis: Redis;
  #known: Promise<Durability> | undefined;

  constructor(redis: Redis) {
    this.#redis = redis;
    redis.on('close', () => {
      this.#known = undefined;
    });
  }

  /** `buffered` where Redis does not tell. @throws what the connection throws. */
  read(): Promise<Durability> {
    if (this.#known === undefined) {
      const asked = this.#ask();
      this.#known = asked;
      asked.catch(() => {
        if (this.#known === asked) this.#known = undefined;
      });
    }
    return this.#known;
  }

  async #ask(): Promise<Durability> {
    const appendOnly = await readSetting(this.#redis, 'appendonly');
    if (appendOnly === 'no') return 'memory';
    const fsync = await readSetting(this.#redis, 'appendfsync');
    return appendOnly === 'yes' && fsync === 'always' ? 'synced' : 'buffered';
  }
}
