import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Where the integration tests' servers are; `npm test` sets both. */
export interface TestServerUrls {
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

/** @throws Error that says how to get them when the tests were started without servers. */
export function testServerUrls(): TestServerUrls {
  const { TEST_REDIS_URL: redisUrl, TEST_DATABASE_URL: databaseUrl } = process.env;
  if (redisUrl && databaseUrl) return { redisUrl, databaseUrl };
  throw new Error('expected TEST_REDIS_URL and TEST_DATABASE_URL, were not set: run `npm test`, or set both');
}

/** The server's URL with its password by way of another port of the loopback address, where a test's own wire listens. */
export function viaPort(serverUrl: string, port: number): string {
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}

/** A Redis prefix and a Postgres schema that nobody else uses, and how to drop what was put there. */
export interface FreshDesk extends TestServerUrls {
  /** For `OCTANT_REDIS_PREFIX`. */
  readonly prefix: string;
  /** For `OCTANT_PG_SCHEMA`. */
  readonly schema: string;
  /** Connections for the test itself; closed by `drop`. */
  readonly redis: Redis;
  readonly sql: pg.Pool;
  drop(): Promise<void>;
}

/** One a test file, in `beforeAll`; `drop` it in `afterAll`. The schema is made by whoever migrates it. */
export function freshDesk(name: string): FreshDesk {
  const urls = testServerUrls();
  const id = `${name.replaceAll(/[^a-z0-9]/g, '_')}_${randomBytes(4).toString('hex')}`;
  const prefix = `octant:test-${id}:`;
  const schema = `octant_test_${id}`;
  const redis = new Redis(urls.redisUrl);
  const sql = new pg.Pool({ connectionString: urls.databaseUrl, max: 4, options: `-c search_path=${schema}` });
  return {
    ...urls,
    prefix,
    schema,
    redis,
    sql,
    drop: async () => {
      await dropKeys(redis, prefix);
      await sql.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
      await sql.end();
      await redis.quit();
    },
  };
}

async function dropKeys(redis: Redis, prefix: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 }) as AsyncIterable<string[]>) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
}
