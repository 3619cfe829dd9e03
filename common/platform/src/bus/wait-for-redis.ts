import type { Logger } from 'pino';
import { Redis } from 'ioredis';
import { systemClock } from '../time/system-clock.js';
import { waitFor } from '../time/wait-for.js';

/** Waits until Redis answers a ping, saying so while it does not; resolves early, without Redis, only when `signal` aborts. */
export async function waitForRedis(options: { url: string; logger: Logger; signal?: AbortSignal }): Promise<void> {
  await waitFor({
    what: 'Redis',
    logger: options.logger,
    clock: systemClock,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    attempt: async () => {
      const redis = new Redis(options.url, {
        lazyConnect: true,
        retryStrategy: () => null,
        connectTimeout: 2_000,
        commandTimeout: 2_000,
        maxRetriesPerRequest: 0,
      });
      redis.on('error', () => undefined);
      try {
        await redis.connect();
        await redis.ping();
      } finally {
        redis.disconnect();
      }
    },
  });
}
