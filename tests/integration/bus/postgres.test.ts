import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransientError } from '@octant/platform/errors/errors';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { openDatabase } from '@octant/platform/postgres/open-database';
import { waitForPostgres } from '@octant/platform/postgres/wait-for-postgres';
import { waitForRedis } from '@octant/platform/bus/wait-for-redis';
import { freshDesk, type FreshDesk } from '../../support/test-servers.js';
import { gate, migrationsDirectory, silentLogger } from './desk.js';

describe('the Postgres platform', () => {
  let desk: FreshDesk;
  beforeAll(() => {
    desk = freshDesk('postgres');
  });
  afterAll(() => desk.drop());

  const migrate = (directory: string) =>
    migrateDatabase({ connection: desk.databaseUrl, schema: desk.schema, directory, logger: silentLogger });

  const open = () =>
    openDatabase({ connection: desk.databaseUrl, schema: desk.schema, applicationName: 'postgres-test' });

  it('migrates a schema once when eight processes ask at the same time', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(migrationsDirectory)));
    const ran = runs.filter((names) => names.length > 0);
    expect(ran).toHaveLength(1);
    expect(ran[0]?.[0]).toBe('001_platform');
    const { rows } = await desk.sql.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1`,
      [desk.schema],
    );
    expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining(['inbox', 'outbox', 'schema_migrations']));
  });

  it('brings a desk up to date that an earlier version left, without losing what waits in its outbox', async () => {
    const schema = `${desk.schema}_earlier`;
    const directory = await mkdtemp(join(tmpdir(), 'migrations-'));
    const earlier = (await readdir(migrationsDirectory)).filter((name) => name < '080');
    for (const name of earlier) await copyFile(join(migrationsDirectory, name), join(directory, name));
    const bring = (from: string) =>
      migrateDatabase({ connection: desk.databaseUrl, schema, directory: from, logger: silentLogger });
    expect(await bring(directory)).toHaveLength(earlier.length);
    await desk.sql.query(
      `INSERT INTO ${schema}.outbox (agent, stream, type, message_id, payload) VALUES ('a', 's', 't', 'm', '{}')`,
    );
    expect(await bring(migrationsDirectory)).toContain('080_platform_effects');
    const { rows } = await desk.sql.query(`SELECT message_id, published_at FROM ${schema}.outbox`);
    expect(rows).toEqual([{ message_id: 'm', published_at: null }]);
    await desk.sql.query(`DROP SCHEMA ${schema} CASCADE`);
    await rm(directory, { recursive: true });
  });

  it('leaves nothing of a migration that fails', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'migrations-'));
    const schema = `${desk.schema}_broken`;
    await writeFile(join(directory, '001_good.sql'), 'CREATE TABLE good (n integer);');
    await writeFile(join(directory, '002_bad.sql'), 'CREATE TABLE good (n integer);');
    const attempt = migrateDatabase({ connection: desk.databaseUrl, schema, directory, logger: silentLogger });
    await expect(attempt).rejects.toThrow('already exists');
    const { rows } = await desk.sql.query('SELECT to_regclass($1) AS found', [`${schema}.good`]);
    expect(rows).toEqual([{ found: null }]);
    await desk.sql.query(`DROP SCHEMA ${schema} CASCADE`);
    await rm(directory, { recursive: true });
  });

  it('gives numeric and bigint as strings, in the desk’s schema, in UTC', async () => {
    const database = open();
    const { rows } = await database.query(
      `SELECT 1.10::numeric AS amount, 9007199254740993::bigint AS big, current_schema() AS schema,
              current_setting('timezone') AS zone`,
    );
    expect(rows).toEqual([{ amount: '1.10', big: '9007199254740993', schema: desk.schema, zone: 'UTC' }]);
    await database.end();
  });

  it('rolls back what a failing transaction did', async () => {
    const database = open();
    const add = (fail: boolean) =>
      database.transaction(async (sql) => {
        await sql.query(`INSERT INTO inbox VALUES ('c', $1)`, [String(fail)]);
        if (fail) throw new RangeError('expected luck');
      });
    await expect(add(true)).rejects.toThrow(RangeError);
    await add(false);
    expect((await database.query('SELECT message_id FROM inbox')).rows).toEqual([{ message_id: 'false' }]);
    await database.end();
  });

  it('runs a transaction again when it collided with another one', async () => {
    const database = open();
    await database.query('CREATE TABLE counters (n integer NOT NULL)');
    await database.query('INSERT INTO counters VALUES (0)');
    const bothRead = gate();
    let reads = 0;
    const increment = () =>
      database.transaction(async (sql) => {
        await sql.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
        const { rows } = await sql.query<{ n: number }>('SELECT n FROM counters');
        reads += 1;
        if (reads === 2) bothRead.open();
        await bothRead.opened;
        await sql.query('UPDATE counters SET n = $1', [(rows[0]?.n ?? 0) + 1]);
      });
    await Promise.all([increment(), increment()]);
    expect((await database.query('SELECT n FROM counters')).rows).toEqual([{ n: 2 }]);
    expect(reads).toBe(3);
    await database.end();
  });

  it('calls a server that is away or a connection that was killed transient, and works with the next one', async () => {
    const away = openDatabase({
      connection: { host: '127.0.0.1', port: 1, database: 'x', user: 'x' },
      schema: 'x',
      applicationName: 'away',
    });
    await expect(away.ping()).rejects.toThrow(TransientError);
    await expect(away.transaction(() => Promise.resolve())).rejects.toThrow(TransientError);
    await away.end();
    const database = open();
    const killed = database.transaction((sql) => sql.query('SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(killed).rejects.toThrow(TransientError);
    await database.ping();
    await database.end();
  });

  it('waits for servers only as long as they are away', async () => {
    await waitForPostgres({ connection: desk.databaseUrl, logger: silentLogger });
    await waitForRedis({ url: desk.redisUrl, logger: silentLogger });
    const signal = AbortSignal.timeout(300);
    await waitForRedis({ url: 'redis://127.0.0.1:1', logger: silentLogger, signal });
    expect(signal.aborted).toBe(true);
  });
});
