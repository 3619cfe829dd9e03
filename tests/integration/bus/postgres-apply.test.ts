import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppliedTransaction, EffectCall } from '@octant/platform/bus/apply-in-transaction';
import type { CrashPoint } from '@octant/platform/bus/crash-points';
import { PostgresEffects, type PostgresEffectsOptions } from '@octant/platform/bus/postgres-effects';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { OpenDatabase } from '@octant/platform/postgres/open-database';
import type { Database, Sql } from '@octant/platform/postgres/sql';
import { TestDesk, gate } from './desk.js';

describe('effects that share transactions', () => {
  let desk: TestDesk;
  let database: OpenDatabase;
  beforeAll(async () => {
    desk = new TestDesk();
    database = await desk.openDatabase();
    await database.query('CREATE TABLE effects (message_id text NOT NULL, txid bigint NOT NULL)');
  });
  beforeEach(() => database.query('TRUNCATE inbox, outbox, effects'));
  afterAll(() => desk.close());

  let release: (() => void) | undefined;
  afterEach(() => release?.());

  const note = async (sql: Sql, messageId: string) => {
    await sql.query('INSERT INTO effects VALUES ($1, txid_current())', [messageId]);
    return [{ stream: 'out', type: 'done', id: `${messageId}/0`, payload: { messageId } }];
  };
  const aCall = (messageId: string, effect?: EffectCall['effect']): EffectCall => ({
    consumer: 'g@s',
    messageId,
    traceId: 'a'.repeat(32),
    effect: effect ?? ((sql) => note(sql, messageId)),
  });
  const open = (options: PostgresEffectsOptions = {}, on: Database = database) =>
    new PostgresEffects(on, 'worker', { now: () => 0, ...options });
  const effects = async () =>
    (await database.query<{ message_id: string; txid: string }>('SELECT * FROM effects ORDER BY message_id')).rows;
  const names = async () => (await effects()).map((row) => row.message_id);
  const transactions = async () => new Set((await effects()).map((row) => row.txid)).size;

  /** Keeps the only transaction of `applier` open, so that what is asked for meanwhile waits together. */
  const blocked = async (applier: PostgresEffects) => {
    const entered = gate();
    const left = gate();
    release = left.open;
    const first = applier.apply(
      aCall(`first-${randomUUID()}`, async () => {
        entered.open();
        await left.opened;
        return [];
      }),
    );
    await entered.opened;
    return { first, open: left.open };
  };
  const together = async (applier: PostgresEffects, calls: readonly EffectCall[]) => {
    const { first, open: letGo } = await blocked(applier);
    const running = calls.map((call) => applier.apply(call));
    const settled = Promise.allSettled(running);
    await new Promise((resolve) => setImmediate(resolve));
    letGo();
    await first;
    return settled;
  };
  const reasonOf = (end: PromiseSettledResult<AppliedTransaction> | undefined): unknown =>
    end?.status === 'rejected' ? end.reason : undefined;

  it('run together, in their order, when they wait for one that runs', async () => {
    const order: string[] = [];
    const calls = ['c', 'a', 'b'].map((id) =>
      aCall(id, (sql) => {
        order.push(id);
        return note(sql, id);
      }),
    );
    const ends = await together(open({ batches: 1 }), calls);
    expect(ends.every((end) => end.status === 'fulfilled')).toBe(true);
    expect({ order, transactions: await transactions() }).toEqual({ order: ['c', 'a', 'b'], transactions: 1 });
    const { rows } = await database.query(
      'SELECT cause_message_id AS cause, message_id AS id FROM outbox ORDER BY outbox.id',
    );
    expect(rows).toEqual(['c', 'a', 'b'].map((id) => ({ cause: id, id: `${id}/0` })));
  });

  it('give each its own messages and rows', async () => {
    const two = aCall('two', async (sql) => {
      const [message] = await note(sql, 'two');
      return message === undefined ? [] : [message, { ...message, id: 'two/1' }];
    });
    const ends = await together(open({ batches: 1 }), [two, aCall('none', () => Promise.resolve([])), aCall('one')]);
    const results = ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined));
    expect(results.map((result) => result?.outputs.map((output) => output.id))).toEqual([
      ['two/0', 'two/1'],
      [],
      ['one/0'],
    ]);
    const { rows } = await database.query<{ id: string }>('SELECT id FROM outbox ORDER BY id');
    expect(results.flatMap((result) => result?.outboxIds)).toEqual(rows.map((row) => row.id));
  });

  it('begin at once when nothing runs, and take no more than the batch size', async () => {
    const applier = open({ batches: 1, batchSize: 10 });
    await applier.apply(aCall('alone'));
    await together(
      applier,
      Array.from({ length: 25 }, (_, n) => aCall(`m-${String(n)}`)),
    );
    expect(await transactions()).toBe(1 + 3);
  });

  it('share a transaction with fewer where each takes long, so that none waits long for its end', async () => {
    let nowMs = 0;
    const applier = open({ batches: 1, batchSize: 64, now: () => nowMs });
    const slow = (n: number) =>
      aCall(`slow-${String(n)}`, (sql) => {
        nowMs += 10;
        return note(sql, `slow-${String(n)}`);
      });
    await applier.apply(slow(0));
    await together(
      applier,
      Array.from({ length: 24 }, (_, n) => slow(n + 1)),
    );
    const sizes = new Map<string, number>();
    for (const { txid } of await effects()) sizes.set(txid, (sizes.get(txid) ?? 0) + 1);
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(8);
  });

  it('fail alone: who shared the transaction with a bad one is applied all the same', async () => {
    let runs = 0;
    const bad = aCall('bad', async (sql) => {
      runs += 1;
      await note(sql, 'bad');
      throw new PermanentError('expected sense, was none', { code: 'senseless' });
    });
    const broken = aCall('broken', async (sql) => {
      await sql.query('SELECT 1 / 0');
      return [];
    });
    const ends = await together(open({ batches: 1 }), [aCall('a'), bad, aCall('b'), broken, aCall('c')]);
    expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect(reasonOf(ends[1])).toMatchObject({ code: 'senseless' });
    expect(reasonOf(ends[3])).toMatchObject({ message: 'division by zero' });
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(runs).toBe(2);
  });

  it('leave one that failed by itself from then on', async () => {
    const applier = open({ batches: 1 });
    let luck = false;
    const unlucky = aCall('unlucky', (sql) =>
      luck ? note(sql, 'unlucky') : Promise.reject(new TransientError('expected luck, was none', { code: 'unlucky' })),
    );
    await expect(applier.apply(unlucky)).rejects.toMatchObject({ code: 'unlucky' });
    luck = true;
    await together(applier, [aCall('a'), unlucky, aCall('b')]);
    const byName = new Map((await effects()).map((row) => [row.message_id, row.txid]));
    expect(byName.get('a')).toBe(byName.get('b'));
    expect(byName.get('unlucky')).not.toBe(byName.get('a'));
  });

  it('happen once when a message is there twice, in one process and in two', async () => {
    const one = open();
    const two = open();
    const ids = Array.from({ length: 40 }, (_, n) => `m-${String(n)}`);
    const backwards = ids.toReversed();
    const results = await Promise.all([
      ...ids.map((id) => one.apply(aCall(id))),
      ...backwards.map((id) => one.apply(aCall(id))),
      ...backwards.map((id) => two.apply(aCall(id))),
    ]);
    expect((await effects()).length).toBe(ids.length);
    expect(results.filter((result) => !result.repeated)).toHaveLength(ids.length);
    expect(results.every((result) => result.outputs.length === 1 && result.outboxIds.length === 1)).toBe(true);
  });

  it('answer repeats with their messages, and name the rows that are not published yet', async () => {
    const applier = open({ batches: 1 });
    const a = await applier.apply(aCall('a'));
    const b = await applier.apply(aCall('b'));
    applier.published(a.outboxIds);
    await applier.markPublished();
    const ends = await together(applier, [aCall('a'), aCall('new'), aCall('b')]);
    const values = ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined));
    expect(values[0]).toEqual({ outputs: a.outputs, outboxIds: [], repeated: true });
    expect(values[1]).toMatchObject({ repeated: false });
    expect(values[2]).toEqual({ outputs: b.outputs, outboxIds: b.outboxIds, repeated: true });
    expect(await applier.findApplied('g@s', 'b')).toEqual(values[2]);
    expect(await applier.findApplied('g@s', 'never')).toBeUndefined();
  });

  it('run by themselves after two shared transactions locked each other out', async () => {
    const [one, two] = [open({ batches: 1 }), open({ batches: 1 })];
    await database.query('CREATE TABLE accounts (name text PRIMARY KEY, n integer NOT NULL)');
    await database.query(`INSERT INTO accounts VALUES ('x', 0), ('y', 0)`);
    const add = (id: string, account: string) =>
      aCall(id, async (sql) => {
        await sql.query('UPDATE accounts SET n = n + 1 WHERE name = $1', [account]);
        return [];
      });
    const [firstEnds, secondEnds] = await Promise.all([
      together(one, [
        add('1x', 'x'),
        aCall('1w', (sql) => sql.query('SELECT pg_sleep(0.1)').then(() => [])),
        add('1y', 'y'),
      ]),
      together(two, [
        add('2y', 'y'),
        aCall('2w', (sql) => sql.query('SELECT pg_sleep(0.1)').then(() => [])),
        add('2x', 'x'),
      ]),
    ]);
    expect([...firstEnds, ...secondEnds].every((end) => end.status === 'fulfilled')).toBe(true);
    expect((await database.query('SELECT n FROM accounts')).rows).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it('all fail as transient when the connection breaks, without each trying for itself', async () => {
    let runs = 0;
    const counting = (id: string) =>
      aCall(id, (sql) => {
        runs += 1;
        return note(sql, id);
      });
    const killer = aCall('killer', (sql) => sql.query('SELECT pg_terminate_backend(pg_backend_pid())').then(() => []));
    const applier = open({ batches: 1 });
    const ends = await together(applier, [counting('a'), counting('b'), killer, counting('c')]);
    expect(ends.map(reasonOf)).toEqual(Array.from({ length: 4 }, () => expect.any(TransientError) as unknown));
    expect({ runs, names: await names() }).toEqual({ runs: 2, names: [] });
    expect((await applier.apply(counting('a'))).repeated).toBe(false);
  });

  it('all fail as transient when Postgres is away, and hold nobody up afterwards', async () => {
    let away = true;
    const moody: Database = {
      query: (text, values) => database.query(text, values),
      transaction: (work) =>
        away
          ? Promise.reject(new TransientError('expected Postgres, was away', { code: 'postgres_unavailable' }))
          : database.transaction(work),
    };
    const applier = open({}, moody);
    const ends = await Promise.allSettled(['a', 'b', 'c'].map((id) => applier.apply(aCall(id))));
    expect(ends.map((end) => end.status)).toEqual(['rejected', 'rejected', 'rejected']);
    away = false;
    await Promise.all(['a', 'b', 'c'].map((id) => applier.apply(aCall(id))));
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  it.each<[CrashPoint, boolean]>([
    ['apply.before', false],
    ['apply.uncommitted', false],
    ['apply.after', true],
  ])('interrupted at %s look like a lost connection, and the next try finds what is there: %s', async (at, there) => {
    let armed = true;
    const applier = open({
      failpoint: (point) => {
        if (point !== at || !armed) return undefined;
        armed = false;
        return Promise.reject(new Error('ECONNRESET read'));
      },
    });
    await expect(applier.apply(aCall('m'))).rejects.toMatchObject({ code: 'postgres_unavailable' });
    expect(await names()).toEqual(there ? ['m'] : []);
    expect(await applier.apply(aCall('m'))).toMatchObject({ repeated: there, outputs: [{ id: 'm/0' }] });
    expect(await names()).toEqual(['m']);
  });
});
