import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { createLogger } from '@octant/platform/observe/create-logger';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { startServers } from '../../servers/server-pair.js';
import { endOrphans } from '../../supervise/orphans.js';
import { takeFolder } from '../../supervise/single-instance.js';
import { describeDeath } from '../../supervise/supervised-process.js';
import { benchFiles, benchVariables } from '../cycle/bench-home.js';
import type { BenchOptions } from '../run-benchmark.js';
import { EFFECTS_TABLE, SCHEMA } from './names.js';

export interface BenchServers {
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

/** Redis and PostgreSQL of a benchmark's own, on 127.0.0.1, below `.octant/bench-<name>`; Redis' data go with it. */
export async function openBenchServers(
  { root, env, closing, signal, say }: BenchOptions,
  name = 'bus',
): Promise<BenchServers> {
  const { home, run } = benchFiles(root, `bench-${name}`);
  closing.add(takeFolder(run, `bench:${name}`));
  await endOrphans(run);
  const redisData = join(home, 'redis');
  const forget = (): void => {
    rmSync(redisData, { recursive: true, force: true });
  };
  forget();
  closing.add(forget);
  const onDeath = (death: Parameters<typeof describeDeath>[0]): void => {
    say(`  ${describeDeath(death)}`);
  };
  say('Redis and PostgreSQL');
  const servers = await startServers({ root, home, env: benchVariables(env), say, signal, onDeath });
  closing.add(
    () => servers.stop(),
    () => {
      servers.hurry();
    },
  );
  return { redisUrl: servers.redis.url, databaseUrl: servers.postgres.url };
}

/** An empty schema with the desk's tables and the one that the inbox case writes to. */
export async function makeSchema(servers: BenchServers, root: string): Promise<void> {
  await makeDeskSchema(servers, root, SCHEMA);
  await withClient(servers.databaseUrl, (client) =>
    client.query(`CREATE TABLE ${SCHEMA}.${EFFECTS_TABLE} (message_id text PRIMARY KEY, data text NOT NULL)`),
  );
}

/** An empty schema with the desk's tables. */
export async function makeDeskSchema({ databaseUrl }: BenchServers, root: string, schema: string): Promise<void> {
  const logger = createLogger({
    service: 'bench',
    level: 'error',
    secrets: [],
    write: (line) => process.stderr.write(line),
  });
  await withClient(databaseUrl, (client) => client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`));
  await migrateDatabase({ connection: databaseUrl, schema, directory: join(root, 'migrations'), logger });
}

/** Every run begins with empty tables. */
export async function emptyTables({ databaseUrl }: BenchServers): Promise<void> {
  const tables = ['inbox', 'outbox', EFFECTS_TABLE].map((table) => `${SCHEMA}.${table}`).join(', ');
  await withClient(databaseUrl, (client) => client.query(`TRUNCATE ${tables}`));
}

export async function countEffects({ databaseUrl }: BenchServers): Promise<number> {
  let count = NaN;
  await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${SCHEMA}.${EFFECTS_TABLE}`);
    count = Number(rows[0]?.count);
  });
  return count;
}

async function withClient(url: string, act: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await act(client);
  } finally {
    await client.end();
  }
}
