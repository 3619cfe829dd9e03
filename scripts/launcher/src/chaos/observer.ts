import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { DeskKeys } from '@octant/platform/bus/desk-keys';
import { type OpenDatabase, openDatabase } from '@octant/platform/postgres/open-database';
import { BOOK_GROUP, outputStreams, rootStreams } from './plan/roots.js';
import { chaosDesk, type ChaosServers } from './open-servers.js';

/** Every stream that is read, with the group that reads it. */
export const readStreams = [...Object.values(rootStreams), { stream: outputStreams.chain, group: BOOK_GROUP }] as const;

const QUICK_TIMEOUT_MS = 500;

/** The run's own look at the servers, past the bus. */
export class Observer {
  readonly keys = new DeskKeys(chaosDesk.prefix);
  /** Waits while Redis is away. */
  readonly redis: Redis;
  /** Gives up at once. */
  readonly quickRedis: Redis;
  readonly database: OpenDatabase;

  constructor({ redis, postgres }: ChaosServers) {
    this.redis = new Redis(redis.plan.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    this.quickRedis = new Redis(redis.plan.url, {
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: QUICK_TIMEOUT_MS,
      retryStrategy: () => 25,
    });
    for (const client of [this.redis, this.quickRedis]) client.on('error', () => undefined); // it is killed on purpose
    this.database = openDatabase({
      connection: postgres.plan.url,
      schema: chaosDesk.schema,
      applicationName: 'chaos-observer',
    });
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    this.quickRedis.disconnect();
    await this.database.end();
  }
}

/** Looks again until it is true; false when it is not by then. */
export async function eventually(
  condition: () => Promise<boolean>,
  options: { readonly withinMs: number; readonly everyMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const giveUpAt = performance.now() + options.withinMs;
  for (;;) {
    options.signal.throwIfAborted();
    if (await condition()) return true;
    if (performance.now() > giveUpAt) return false;
    await sleep(options.everyMs);
  }
}
