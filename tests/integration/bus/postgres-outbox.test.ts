import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxRow } from '@octant/platform/bus/outbox';
import { writeOutbox } from '@octant/platform/bus/outbox';
import type { CrashPoint } from '@octant/platform/bus/crash-points';
import { PostgresEffects } from '@octant/platform/bus/postgres-effects';
import type { OpenDatabase } from '@octant/platform/postgres/open-database';
import { TestDesk } from './desk.js';

describe('the outbox', () => {
  let desk: TestDesk;
  let database: OpenDatabase;
  beforeAll(async () => {
    desk = new TestDesk();
    database = await desk.openDatabase();
  });
  beforeEach(() => database.query('TRUNCATE inbox, outbox'));
  afterAll(() => desk.close());

  const going = new AbortController().signal;
  const write = (ids: readonly string[], options: { agent?: string; stream?: string } = {}) =>
    writeOutbox(database, {
      agent: options.agent ?? 'mine',
      messages: ids.map((id) => ({ stream: options.stream ?? 's', type: 't', id, payload: { id } })),
    });
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => `m-${String(n).padStart(5, '0')}`);
  const recorder = () => {
    const ids: string[] = [];
    const publish = (row: OutboxRow) => {
      ids.push(row.message.id);
      return Promise.resolve();
    };
    return { ids, publish };
  };
  const count = async (where: string) =>
    Number((await database.query<{ n: string }>(`SELECT count(*) n FROM outbox WHERE ${where}`)).rows[0]?.n);
  const age = (days: number, where: string) =>
    database.query(
      `UPDATE outbox SET published_at = now() - make_interval(days => ${String(days)}),
              created_at = now() - make_interval(days => ${String(days)}) WHERE ${where}`,
    );

  it('is relayed in its order over several pages, once, and only the own agent’s', async () => {
    const effects = new PostgresEffects(database, 'mine');
    await write(numbered(450));
    await write(['other'], { agent: 'other' });
    const { ids, publish } = recorder();
    expect(await effects.relay(publish, { olderThanMs: 0, stopping: going })).toBe(450);
    expect(ids).toEqual(numbered(450));
    expect(await effects.relay(publish, { olderThanMs: 0, stopping: going })).toBe(0);
    expect(await count('published_at IS NULL')).toBe(1);
  });

  it('leaves young rows to those who wrote them, and rows that were noted as published', async () => {
    const effects = new PostgresEffects(database, 'mine');
    const [first] = await write(['a', 'b']);
    if (first !== undefined) effects.published([first]);
    const { ids, publish } = recorder();
    expect(await effects.relay(publish, { olderThanMs: 60_000, stopping: going })).toBe(0);
    await effects.relay(publish, { olderThanMs: 0, stopping: going });
    expect(ids).toEqual(['b']);
  });

  it.each<[CrashPoint, readonly string[]]>([
    ['relay.before', ['a', 'b', 'c']],
    ['relay.after', ['a', 'b', 'b', 'c']],
  ])('interrupted at %s goes on with the row that it had', async (at, published) => {
    let passes = 0;
    const effects = new PostgresEffects(database, 'mine', {
      failpoint: (point) => {
        if (point !== at) return undefined;
        passes += 1;
        return passes === 2 ? Promise.reject(new Error('ECONNRESET')) : undefined;
      },
    });
    await write(['a', 'b', 'c']);
    const { ids, publish } = recorder();
    await expect(effects.relay(publish, { olderThanMs: 0, stopping: going })).rejects.toThrow('ECONNRESET');
    await effects.relay(publish, { olderThanMs: 0, stopping: going });
    expect(ids).toEqual(published);
  });

  it('is published again whole, each stream in its order, with what was never published', async () => {
    const effects = new PostgresEffects(database, 'mine');
    await write(numbered(1_200));
    await write(['x-1', 'x-2'], { stream: 'x' });
    await write(['other'], { agent: 'other' });
    await age(13, `stream = 's'`);
    await write(['new']);
    const { ids, publish } = recorder();
    const progress: number[] = [];
    const options = { sinceDays: 14, stopping: going, onProgress: (n: number) => progress.push(n) };
    expect(await effects.republish(publish, options)).toBe(1_203);
    expect(ids.filter((id) => !id.startsWith('x'))).toEqual([...numbered(1_200), 'new']);
    expect(ids.filter((id) => id.startsWith('x'))).toEqual(['x-1', 'x-2']);
    expect(progress).toEqual([1_000, 1_203]);
    expect(await count(`published_at IS NULL AND agent = 'mine'`)).toBe(0);
    expect(await effects.republish(publish, options)).toBe(1_203);
  });

  it('stops a publishing that fails or is no longer wanted, and marks what went out', async () => {
    const effects = new PostgresEffects(database, 'mine');
    await write(['a', 'b', 'c']);
    const failing = (row: OutboxRow) =>
      row.message.id === 'b' ? Promise.reject(new Error('expected Redis, was away')) : Promise.resolve();
    await expect(effects.republish(failing, { stopping: going })).rejects.toThrow('Redis');
    expect(await count('published_at IS NULL')).toBe(2);
    expect(await effects.republish(failing, { stopping: AbortSignal.abort() })).toBe(0);
  });

  it('forgets what was published two weeks ago, and nothing that was not', async () => {
    const effects = new PostgresEffects(database, 'mine');
    await write(numbered(2_500));
    await age(15, `message_id < 'm-01500'`);
    await database.query(`UPDATE outbox SET published_at = NULL WHERE message_id < 'm-00200'`);
    await database.query(
      `INSERT INTO inbox (consumer, message_id, handled_at)
       SELECT 'c', n::text, now() - make_interval(days => CASE WHEN n <= 1500 THEN 61 ELSE 59 END)
       FROM generate_series(1, 1600) AS n`,
    );
    expect(await effects.prune(going)).toEqual({ outbox: 1_300, inbox: 1_500 });
    expect(await count('true')).toBe(1_200);
    expect(await count('published_at IS NULL')).toBe(200 + 1_000);
    expect(await effects.prune(going)).toEqual({ outbox: 0, inbox: 0 });
  });

  it('finds what is unpublished among a hundred thousand published rows without looking at them', async () => {
    await database.query(
      `INSERT INTO outbox (agent, stream, type, message_id, payload, published_at)
       SELECT 'mine', 's', 't', n::text, '{}', now() FROM generate_series(1, 100000) AS n`,
    );
    await write(['waiting']);
    await database.query('ANALYZE outbox');
    const { rows } = await database.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
       SELECT id FROM outbox WHERE agent = 'mine' AND id > 0 AND published_at IS NULL AND created_at <= now()
       ORDER BY id LIMIT 200`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Index Scan using outbox_unpublished on outbox');
    expect(plan).not.toContain('Rows Removed');
  });
});
