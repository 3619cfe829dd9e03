import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { openDatabase } from '@octant/platform/postgres/open-database';
import { benchVariables } from '../bench/cycle/bench-home.js';
import type { Closing } from '../desk/closing.js';
import { dropDesk, type DeskName } from '../desk/drop-desk.js';
import { makeHome } from '../servers/desk-home.js';
import { findPostgres } from '../servers/find-postgres.js';
import { findRedis } from '../servers/find-redis.js';
import { keepServers } from '../servers/kept-servers.js';
import { endOrphans } from '../supervise/orphans.js';
import { takeFolder } from '../supervise/single-instance.js';
import { KillableServer } from './killable-server.js';
import { CHAOS_TABLES } from './processes/tables.js';

export const chaosDesk: DeskName = { prefix: 'chaos:', schema: 'chaos' };

export interface ChaosServers {
  readonly redis: KillableServer;
  readonly postgres: KillableServer;
}

export interface ServersOptions {
  readonly root: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly closing: Closing;
  readonly say: (line: string) => void;
}

/** Nothing of the run is left in the servers. */
export async function tidyServers({ redis, postgres }: ChaosServers): Promise<void> {
  await dropDesk({ redis: redis.plan, postgres: postgres.plan }, chaosDesk);
}

/** A Redis and a PostgreSQL of the run's own, empty but for the tables; what an earlier run left is ended and dropped. */
export async function openServers(options: ServersOptions): Promise<ChaosServers> {
  const { root, home, closing, say } = options;
  makeHome(join(root, '.octant'));
  makeHome(home);
  closing.add(takeFolder(join(home, 'run'), 'chaos'));
  await endOrphans(join(home, 'run'));
  for (const folder of ['redis', 'logs', 'events']) rmSync(join(home, folder), { recursive: true, force: true });
  takePrograms(root, home);
  const search = { root, home, env: benchVariables(options.env), say };
  const redis = new KillableServer(await findRedis(search), home);
  const postgres = new KillableServer(await findPostgres(search), home);
  keepServers(home, [redis.plan, postgres.plan]);
  for (const server of [redis, postgres]) {
    say(`  ${server.plan.origin}`);
    closing.add(
      () => server.stop(),
      () => {
        server.hurry();
      },
    );
    await server.start();
  }
  const names = { redis: redis.plan, postgres: postgres.plan };
  await dropDesk(names, chaosDesk);
  await emptyRedis(redis.plan.url);
  await makeTables(root, postgres.plan.url);
  return { redis, postgres };
}

/** Server programs that the desk or its tests have downloaded are taken over. */
function takePrograms(root: string, home: string): void {
  const ours = join(home, 'programs');
  const theirs = [join(root, '.octant', 'programs'), join(root, '.octant', 'test', 'programs')].find(existsSync);
  if (theirs !== undefined && !existsSync(ours)) cpSync(theirs, ours, { recursive: true, verbatimSymlinks: true });
}

async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}

async function makeTables(root: string, connection: string): Promise<void> {
  const { schema } = chaosDesk;
  await migrateDatabase({
    connection,
    schema,
    directory: join(root, 'migrations'),
    logger: pino({ level: 'warn' }, process.stderr),
  });
  const database = openDatabase({ connection, schema, applicationName: 'chaos' });
  try {
    for (const statement of CHAOS_TABLES.split(';').filter((text) => text.trim() !== '')) {
      await database.query(statement);
    }
  } finally {
    await database.end();
  }
}
