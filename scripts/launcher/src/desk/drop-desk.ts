import { Redis } from 'ioredis';
import pg from 'pg';

/** A Redis prefix and a Postgres schema: one account, one ledger. */
export interface DeskName {
  readonly prefix: string;
  readonly schema: string;
}

interface DeskServers {
  readonly redis: { readonly url: string };
  readonly postgres: { readonly url: string };
}

/** Deletes all Redis keys with the desk's prefix, and its Postgres schema. */
export async function dropDesk(servers: DeskServers, desk: DeskName): Promise<void> {
  await dropKeys(servers.redis.url, desk.prefix);
  const client = new pg.Client({ connectionString: servers.postgres.url, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.query(`DROP SCHEMA IF EXISTS ${pg.escapeIdentifier(desk.schema)} CASCADE`);
  } finally {
    await client.end();
  }
}

async function dropKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 3 });
  try {
    const pages = redis.scanStream({ match: `${prefix}*`, count: 1000 }) as AsyncIterable<string[]>;
    for await (const keys of pages) if (keys.length > 0) await redis.unlink(...keys);
  } finally {
    redis.disconnect();
  }
}
