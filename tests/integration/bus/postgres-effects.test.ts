import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransientError } from '@octant/platform/errors/errors';
import { writeOutbox } from '@octant/platform/bus/outbox';
import { subscription } from '@octant/platform/bus/subscription';
import type { OpenDatabase } from '@octant/platform/postgres/open-database';
import { CountingObserver, TestDesk, eventually, workItem } from './desk.js';

describe('effects in Postgres', () => {
  let desk: TestDesk;
  let database: OpenDatabase;
  beforeAll(async () => {
    desk = new TestDesk();
    database = await desk.openDatabase();
    await database.query('CREATE TABLE effects (message_id text NOT NULL, n integer NOT NULL)');
  });
  afterAll(() => desk.close());

  const effectsOf = async (prefix: string) => {
    const { rows } = await database.query<{ message_id: string }>(
      'SELECT message_id FROM effects WHERE message_id LIKE $1 ORDER BY message_id',
      [`${prefix}%`],
    );
    return rows.map((row) => row.message_id);
  };
  const unpublished = async () =>
    Number(
      (await database.query<{ n: string }>('SELECT count(*) n FROM outbox WHERE published_at IS NULL')).rows[0]?.n,
    );

  it('happen once, with their messages and state, however often the message comes', async () => {
    const observer = new CountingObserver();
    const bus = desk.openBus('storer', { observer, tuning: { relayEveryMs: 50 } });
    await bus.publish({ stream: 'fills', type: 'work', id: 'f-1', payload: { key: 'a', n: 3 } });
    await bus.start([
      subscription({
        stream: 'fills',
        group: 'store',
        schema: workItem,
        handle: async ({ id, payload }) => {
          const { version } = await bus.state.read('fills');
          return {
            messages: [{ stream: 'fills.out', type: 'work', payload: { part: 'handler', n: payload.n } }],
            state: [{ key: 'fills', expectedVersion: version, value: payload.n }],
            transaction: async (sql) => {
              await sql.query('INSERT INTO effects VALUES ($1, $2)', [id, payload.n]);
              return [{ stream: 'fills.out', type: 'work', payload: { part: 'transaction', n: payload.n } }];
            },
          };
        },
      }),
    ]);
    await eventually('it is handled', () => observer.outcomes.handled === 1);
    expect(await desk.payloads('fills.out')).toEqual([
      { part: 'handler', n: 3 },
      { part: 'transaction', n: 3 },
    ]);
    await eventually('all is known to be published', async () => (await unpublished()) === 0);

    const markers = await desk.redis.keys(`${desk.prefix}~published:fills:*`);
    await desk.redis.unlink(...markers);
    const entry = (await desk.redis.xrange(desk.key('fills'), '-', '+'))[0];
    await desk.redis.xadd(desk.key('fills'), '*', ...(entry?.[1] ?? []));
    await eventually('the repeat is answered', () => observer.outcomes.duplicate === 1);
    expect(await effectsOf('f-')).toEqual(['f-1']);
    expect(await bus.admin.length('fills.out')).toBe(2);
    expect(await bus.state.read('fills')).toEqual({ version: 2, value: 3 });
    expect(await bus.admin.duplicatesSuppressed()).toBe(1);
  });

  it('are rolled back with their messages when the handler’s transaction fails', async () => {
    const observer = new CountingObserver();
    const bus = desk.openBus('roller', { observer });
    let broken = true;
    await bus.publish({ stream: 'rolls', type: 'work', id: 'r-1', payload: { key: 'a', n: 1 } });
    await bus.start([
      subscription({
        stream: 'rolls',
        group: 'roll',
        schema: workItem,
        handle: ({ id }) => ({
          transaction: async (sql) => {
            await sql.query('INSERT INTO effects VALUES ($1, 1)', [id]);
            if (broken) {
              broken = false;
              throw new TransientError('expected luck, was none', { code: 'unlucky' });
            }
            return [];
          },
        }),
      }),
    ]);
    await eventually('it is handled', () => observer.outcomes.handled === 1);
    expect(await effectsOf('r-')).toEqual(['r-1']);
    expect(observer.outcomes).toEqual({ handled: 1, duplicate: 0, retried: 1, dead_lettered: 0 });
  });

  it('go on where a crash between Postgres and Redis left them', async () => {
    const bus = desk.openBus('crashed');
    const cause = { consumer: 'half@halves', messageId: 'h-1' };
    await database.query('INSERT INTO inbox (consumer, message_id) VALUES ($1, $2)', [cause.consumer, cause.messageId]);
    const messages = [{ stream: 'halves.out', type: 'work', id: 'h-1/0', payload: { n: 1 } }];
    await database.transaction((sql) => writeOutbox(sql, { agent: 'crashed', messages, cause }));
    await bus.publish({ stream: 'halves', type: 'work', id: 'h-1', payload: { key: 'a', n: 1 } });
    let committed = false;
    await bus.start([
      subscription({
        stream: 'halves',
        group: 'half',
        schema: workItem,
        handle: () => ({
          state: [{ key: 'half', expectedVersion: 0, value: 'whole' }],
          transaction: () => Promise.reject(new Error('expected not to run again')),
          onCommitted: () => (committed = true),
        }),
      }),
    ]);
    await eventually('it is committed', () => committed);
    expect(await desk.payloads('halves.out')).toEqual([{ n: 1 }]);
    expect(await bus.state.read('half')).toEqual({ version: 1, value: 'whole' });
    await eventually('all is known to be published', async () => (await unpublished()) === 0);
  });

  it('publish what a route left in the outbox, in its order, and only the own agent’s', async () => {
    const bus = desk.openBus('relayer');
    await bus.start([]);
    const of = (name: string, n: number) => ({
      stream: 'relayed',
      type: 'work',
      id: `${name}-${String(n)}`,
      payload: { n },
    });
    await database.transaction(async (sql) => {
      await writeOutbox(sql, { agent: 'relayer', messages: [of('mine', 1), of('mine', 2), of('mine', 1)] });
      await writeOutbox(sql, { agent: 'other', messages: [of('other', 3)] });
    });
    expect(await bus.relayOutbox()).toBe(3);
    expect(await desk.payloads('relayed')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await unpublished()).toBe(1);
  });
});
