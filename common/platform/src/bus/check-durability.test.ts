import { describe, expect, it } from 'vitest';
import { type RedisSettings, checkDurability } from './check-durability.js';

function aRedis(settings: Record<string, string>, version = '7.0.15'): RedisSettings {
  const all: Record<string, string> = {
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    ...settings,
  };
  return {
    info: () => Promise.resolve(`# Server\r\nredis_version:${version}\r\n`),
    config: (_get, setting) => Promise.resolve([setting, all[setting]]),
  };
}

function aLogger() {
  const warnings: unknown[] = [];
  return { warnings, warn: (...args: unknown[]) => void warnings.push(args[1]) };
}

describe('checkDurability', () => {
  it('accepts a Redis that syncs every write and evicts nothing', async () => {
    const logger = aLogger();
    await checkDurability(aRedis({}), 'strict', logger);
    expect(logger.warnings).toEqual([]);
  });

  it('refuses settings that may lose writes, naming each and what was expected', async () => {
    const redis = aRedis({ appendfsync: 'everysec', 'maxmemory-policy': 'allkeys-lru' });
    await expect(checkDurability(redis, 'strict', aLogger())).rejects.toMatchObject({
      code: 'redis_not_durable',
      message:
        'Redis may lose what it acknowledged: appendfsync expected always, was everysec; maxmemory-policy expected noeviction, was allkeys-lru. OCTANT_REDIS_DURABILITY=relaxed starts all the same',
    });
  });

  it('only warns of them when relaxed', async () => {
    const logger = aLogger();
    await checkDurability(aRedis({ appendonly: 'no' }), 'relaxed', logger);
    expect(logger.warnings).toEqual(['Redis may lose what it acknowledged: appendonly expected yes, was no']);
  });

  it('refuses a Redis older than 6.2, relaxed or not', async () => {
    await expect(checkDurability(aRedis({}, '6.0.16'), 'relaxed', aLogger())).rejects.toThrow(
      'expected Redis 6.2 or newer, was 6.0.16',
    );
  });
});
