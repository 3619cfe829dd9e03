import { Redis } from 'ioredis';
import type { Observation, RedisFacts, RedisUser } from '../facts.js';
import { observe } from './observation.js';

const SETTINGS = ['appendonly', 'appendfsync', 'maxmemory-policy', 'maxmemory'];

/** They empty it, make it forgetful, let others in, or stop it. */
const DESTRUCTIVE = [['FLUSHALL'], ['CONFIG', 'SET', 'appendonly', 'no'], ['ACL', 'SETUSER', 'x'], ['SHUTDOWN']];

/** Asks Redis for what the checks judge; one connection, closed at the end. */
export function observeRedis(url: string, prefix: string): Promise<Observation<RedisFacts>> {
  return observe('Redis', async () => {
    const redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: 5_000,
      commandTimeout: 5_000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    // What is wrong is told by the command that fails.
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await readRedis(redis, prefix);
    } finally {
      redis.disconnect();
    }
  });
}

async function readRedis(redis: Redis, prefix: string): Promise<RedisFacts> {
  const info = await redis.info();
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const settings: Record<string, string> = {};
  for (const name of SETTINGS) {
    const answer = await redis.config('GET', name);
    settings[name] = Array.isArray(answer) ? String(answer[1] ?? 'unknown') : 'unknown';
  }
  return {
    version: field('redis_version'),
    settings,
    usedBytes: Number(field('used_memory')),
    lastWriteFailed: field('aof_last_write_status') === 'err' || field('aof_last_bgrewrite_status') === 'err',
    users: await readUsers(redis),
    mayReadLogBack: (await redis.call('ACL', 'DRYRUN', 'default', 'XADD', `${prefix}x`, '*', 'a', 'b')) === 'OK',
    deadLetters: await readDeadLetters(redis, prefix),
  };
}

/** Names and rights; the passwords' hashes stay where they are. */
async function readUsers(redis: Redis): Promise<readonly RedisUser[]> {
  const names = (await redis.call('ACL', 'USERS')) as readonly string[];
  return Promise.all(
    names.map(async (name) => {
      const answer = (await redis.call('ACL', 'GETUSER', name)) as readonly unknown[];
      const flags = answer[answer.indexOf('flags') + 1] as readonly string[];
      return {
        name,
        enabled: flags.includes('on'),
        noPassword: flags.includes('nopass'),
        mayDestroy: await destructiveCommands(redis, name),
      };
    }),
  );
}

/** Redis itself says whether it would take each of them; none is carried out. */
async function destructiveCommands(redis: Redis, user: string): Promise<readonly string[]> {
  const answers = await Promise.all(DESTRUCTIVE.map((words) => redis.call('ACL', 'DRYRUN', user, ...words)));
  return DESTRUCTIVE.flatMap(([command = ''], place) => (answers[place] === 'OK' ? [command] : []));
}

async function readDeadLetters(redis: Redis, prefix: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for await (const keys of redis.scanStream({ match: `${prefix}*.dlq`, count: 1000, type: 'stream' }) as AsyncIterable<
    readonly string[]
  >) {
    for (const key of keys) counts[key.slice(prefix.length)] = await redis.xlen(key);
  }
  return counts;
}
