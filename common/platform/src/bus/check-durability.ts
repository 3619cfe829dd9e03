import type { Logger } from 'pino';
import { PermanentError } from '../errors/errors.js';

/** What the check asks of a connection. */
export interface RedisSettings {
  info(section: string): Promise<string>;
  config(get: 'GET', setting: string): Promise<unknown>;
}

/** Oldest Redis whose commands suffice (XTRIM MINID, XPENDING IDLE). */
const OLDEST_VERSION = [6, 2] as const;

/**
 * Makes sure that Redis keeps what it acknowledged: AOF with `appendfsync always`, no eviction, 6.2 or newer.
 * @throws PermanentError `redis_not_durable` listing every setting with what was expected; with `relaxed` it warns instead,
 * but for the version.
 */
export async function checkDurability(
  redis: RedisSettings,
  durability: 'strict' | 'relaxed',
  logger: Pick<Logger, 'warn'>,
): Promise<void> {
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
  if (!isNewEnough(version)) {
    throw new PermanentError(`expected Redis ${OLDEST_VERSION.join('.')} or newer, was ${version}`, {
      code: 'redis_not_durable',
    });
  }
  const wrong = await wrongSettings(redis);
  if (wrong.length === 0) return;
  const message = `Redis may lose what it acknowledged: ${wrong.join('; ')}`;
  if (durability === 'strict') {
    throw new PermanentError(`${message}. OCTANT_REDIS_DURABILITY=relaxed starts all the same`, {
      code: 'redis_not_durable',
    });
  }
  logger.warn({ settings: wrong }, message);
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor >= OLDEST_VERSION[1]);
}

async function wrongSettings(redis: RedisSettings): Promise<string[]> {
  const expected = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };
  const wrong: string[] = [];
  for (const [setting, value] of Object.entries(expected)) {
    const was = await readSetting(redis, setting);
    if (was !== value) wrong.push(`${setting} expected ${value}, was ${was}`);
  }
  return wrong;
}

/** A setting's value, or `not readable (…)` where Redis forbids to ask, or `unknown`. */
export async function readSetting(redis: Pick<RedisSettings, 'config'>, setting: string): Promise<string> {
  try {
    const reply = await redis.config('GET', setting);
    const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
    return typeof value === 'string' ? value : 'unknown';
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return `not readable (${error.message})`;
    throw error;
  }
}
