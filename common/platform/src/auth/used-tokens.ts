import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { askRedis, openRedis, waitUntilReady } from '../bus/redis-connection.js';

const CONNECT_MS = 3_000;
const COMMAND_MS = 5_000;

/** Remembers which one-time tokens were used. */
export interface UsedTokens {
  /**
   * True for the first call with that id, by whichever agent of the desk; false for every other until `ttlMs` are over.
   * @throws TransientError `redis_unavailable` when it cannot be told.
   */
  use(id: string, ttlMs: number): Promise<boolean>;
  close(): void;
}

/** In Redis, shared by all agents of a desk. Nothing is connected before the first signed token comes. */
export function openUsedTokens(options: {
  readonly redisUrl: string;
  /** The desk's prefix of Redis keys. */
  readonly prefix: string;
  readonly logger: Logger;
}): UsedTokens {
  let redis: Redis | undefined;
  return {
    async use(id, ttlMs) {
      const connection = (redis ??= openRedis(options.redisUrl, {
        name: 'used-tokens',
        logger: options.logger,
        commandTimeoutMs: COMMAND_MS,
      }));
      await waitUntilReady(connection, CONNECT_MS);
      const key = `${options.prefix}~admin-token:${id}`;
      const answer = await askRedis('a used token', () => connection.set(key, '1', 'PX', ttlMs, 'NX'));
      return answer === 'OK';
    },
    close() {
      redis?.disconnect();
      redis = undefined;
    },
  };
}
