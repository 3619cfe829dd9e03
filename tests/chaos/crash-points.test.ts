import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { type FreshDesk, freshDesk } from '../support/test-servers.js';
import { CRASH_TABLES, CrashDesk } from './crash-points/crash-desk.js';
import { ProcessPool } from './crash-points/process-pool.js';
import { Provider } from './crash-points/provider.js';
import { runCombination } from './crash-points/run-combination.js';
import { combinations, faults, impossible, pointNames } from './crash-points/situations.js';

const all = combinations().map((combination, number) => ({ number, combination }));

describe('at every crash point', () => {
  it('a process is killed, robbed of an answer and stalled beyond its lease, or it is said why not', () => {
    const named = (point: string, fault: string) => `${fault} at ${point}`;
    const product = pointNames().flatMap((point) => faults.map((fault) => named(point, fault)));
    const done = new Set(all.map(({ combination: { point, fault } }) => named(point, fault)));
    const left = impossible.map(({ point, fault }) => named(point, fault));
    expect([...done, ...left].sort()).toEqual(product.sort());
  });
});

describe.concurrent('nothing is lost and nothing happens twice', () => {
  const pool = new ProcessPool();
  const provider = new Provider();
  let servers: FreshDesk;

  beforeAll(async () => {
    servers = freshDesk('crash');
    await provider.open();
    await migrateDatabase({
      connection: servers.databaseUrl,
      schema: servers.schema,
      directory: fileURLToPath(new URL('../../migrations', import.meta.url)),
      logger: pino({ level: 'silent' }),
    });
    await servers.sql.query(CRASH_TABLES);
  });

  afterAll(async () => {
    await pool.close();
    await provider.close();
    await servers.drop();
  });

  it.each(all.map((one) => ({ ...one, ...one.combination })))(
    '$fault at $point ($situation)',
    async ({ number, combination }) => {
      const desk = new CrashDesk(servers, provider, { number, combination });
      expect(await runCombination(pool, desk, combination)).toEqual(desk.expected);
    },
  );
});
