import { spawnSync } from 'node:child_process';

const REDIS = 'redis:7-bookworm';
const POSTGRES = 'postgres:17';
const RYUK = 'testcontainers/ryuk';

/**
 * Redis and PostgreSQL in containers for the tests, or `undefined` when no Docker Engine answers, when it lacks the
 * images, or when both servers are given. Images are not pulled: the launcher's own ways are quicker.
 */
export async function startTestContainers(say) {
  if (process.env.TEST_REDIS_URL && process.env.TEST_DATABASE_URL) return undefined;
  if (![REDIS, POSTGRES].every(hasImage)) return undefined;
  // Testcontainers' own cleaner is an image, too; without it the containers end with `stop` below.
  if (!hasImage(RYUK)) process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const { GenericContainer, Wait } = await import('testcontainers');
  say(`  Redis and PostgreSQL in containers of ${REDIS} and ${POSTGRES}`);
  const [redis, postgres] = await Promise.all([
    new GenericContainer(REDIS)
      .withCommand([
        'redis-server',
        '--appendonly',
        'yes',
        '--appendfsync',
        'always',
        '--maxmemory-policy',
        'noeviction',
      ])
      .withExposedPorts(6379)
      .withWaitStrategy(Wait.forListeningPorts())
      .start(),
    new GenericContainer(POSTGRES)
      .withEnvironment({ POSTGRES_USER: 'octant', POSTGRES_PASSWORD: 'octant', POSTGRES_DB: 'postgres' })
      .withCommand(['postgres', '-c', 'max_connections=200'])
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
      .start(),
  ]);
  const databaseAt = `${postgres.getHost()}:${postgres.getMappedPort(5432)}`;
  return {
    redisUrl: `redis://${redis.getHost()}:${redis.getMappedPort(6379)}`,
    databaseUrl: `postgres://octant:octant@${databaseAt}/postgres`,
    stop: async () => {
      await Promise.all([redis.stop(), postgres.stop()]);
    },
  };
}

function hasImage(image) {
  return spawnSync('docker', ['image', 'inspect', image], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}
