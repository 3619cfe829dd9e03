import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rebuild } from '@octant/platform/agent/definition';
import { writeOutbox } from '@octant/platform/bus/outbox';
import { subscription } from '@octant/platform/bus/subscription';
import type { OpenDatabase } from '@octant/platform/postgres/open-database';
import { TestDesk, eventually, gate, workItem } from './desk.js';

describe('a Redis that is emptied', () => {
  let desk: TestDesk;
  let database: OpenDatabase;
  beforeAll(async () => {
    desk = new TestDesk();
    database = await desk.openDatabase();
    await database.query('CREATE TABLE effects (message_id text NOT NULL)');
  });
  afterAll(() => desk.close());

  /** To the desk the same as FLUSHALL, in one step, without touching what belongs to other tests. */
  const flush = () =>
    desk.redis.eval(
      "local keys = redis.call('KEYS', ARGV[1] .. '*') for i = 1, #keys do redis.call('UNLINK', keys[i]) end return #keys",
      0,
      desk.prefix,
    );

  it('is filled again by the agent’s rebuild and its outbox before anything is read', async () => {
    const steps: string[] = [];
    const bus = desk.openBus('filled', { tuning: { beatMs: 50 } });
    const rebuild: Rebuild = async ({ state, bus: publisher }) => {
      const { version } = await state.read('books');
      steps.push(`rebuild from version ${String(version)}`);
      await publisher.commit({
        messages: [],
        state: [{ key: 'books', expectedVersion: version, value: { fills: 7 } }],
      });
    };
    await bus.start(
      [
        subscription({
          stream: 'filled',
          group: 'g',
          schema: workItem,
          handle: async ({ id }) => {
            steps.push(`${id} with ${JSON.stringify((await bus.state.read('books')).value)}`);
            return {};
          },
        }),
      ],
      { rebuild },
    );
    await database.transaction((sql) =>
      writeOutbox(sql, {
        agent: 'filled',
        messages: [{ stream: 'filled', type: 'work', id: 'kept-1', payload: { key: 'a', n: 1 } }],
      }),
    );
    await bus.relayOutbox();
    await eventually('it is handled', () => steps.length === 2);
    await flush();
    await eventually('it was handled again', () => steps.length === 4);
    expect(steps).toEqual([
      'rebuild from version 0',
      'kept-1 with {"fills":7}',
      'rebuild from version 0',
      'kept-1 with {"fills":7}',
    ]);
    expect(bus.ready()).toBe(true);
  });

  it('gives out no state until the rebuild has ended, and lets no handler from before it commit', async () => {
    const held = gate();
    const rebuilding = gate();
    const done = gate();
    let rebuilds = 0;
    const answers: string[] = [];
    const bus = desk.openBus('guarded', { tuning: { beatMs: 50 } });
    await bus.start(
      [
        subscription({
          stream: 'guarded',
          group: 'g',
          schema: workItem,
          handle: async ({ id }) => {
            await held.opened;
            return {
              messages: [{ stream: 'guarded.out', type: 'work', payload: { id } }],
              onCommitted: () => answers.push(id),
            };
          },
        }),
      ],
      {
        rebuild: async () => {
          rebuilds += 1;
          if (rebuilds === 1) return;
          rebuilding.open();
          await done.opened;
        },
      },
    );
    await bus.publish({ stream: 'guarded', type: 'work', id: 'before', payload: { key: 'a', n: 1 } });
    await eventually('it runs', async () => (await desk.pendingIds('guarded', 'g')).length === 1);
    await flush();
    await rebuilding.opened;
    await expect(bus.state.read('anything')).rejects.toMatchObject({ code: 'rebuilding', status: 503 });
    expect(bus.ready()).toBe(false);
    held.open();
    done.open();
    await eventually('it is whole again', () => bus.ready());
    expect(await bus.state.read('anything')).toEqual({ version: 0, value: undefined });
    expect(answers).toEqual([]);
    expect(await bus.admin.length('guarded.out')).toBe(0);
    await bus.publish({ stream: 'guarded', type: 'work', id: 'before', payload: { key: 'a', n: 1 } });
    await eventually('the root that was published again is handled', () => answers.length === 1);
  });

  it('emptied once more during the rebuild, is filled once more', async () => {
    let rebuilds = 0;
    const bus = desk.openBus('twice-emptied', { tuning: { beatMs: 50 } });
    await bus.start([], {
      rebuild: async ({ state, bus: publisher }) => {
        rebuilds += 1;
        const { version } = await state.read('twice');
        await publisher.commit({ messages: [], state: [{ key: 'twice', expectedVersion: version, value: rebuilds }] });
        if (rebuilds === 1) await flush();
      },
    });
    expect(rebuilds).toBe(2);
    expect(await bus.state.read('twice')).toEqual({ version: 1, value: 2 });
  });

  it('does a Postgres effect once, and publishes its messages again', async () => {
    const bus = desk.openBus('effects', { tuning: { beatMs: 50, relayEveryMs: 50 } });
    const root = { stream: 'roots', type: 'work', id: 'root-1', payload: { key: 'a', n: 1 } };
    await bus.start(
      [
        subscription({
          stream: 'roots',
          group: 'g',
          schema: workItem,
          handle: ({ id }) => ({
            transaction: async (sql) => {
              await sql.query('INSERT INTO effects VALUES ($1)', [id]);
              return [{ stream: 'roots.out', type: 'work', payload: { id } }];
            },
          }),
        }),
      ],
      {
        rebuild: async ({ bus: publisher }) => {
          await publisher.publish(root);
        },
      },
    );
    const isOut = async () => (await bus.admin.length('roots.out')) === 1;
    await eventually('its message is out', isOut);
    await flush();
    await eventually('its message is out again', isOut);
    await eventually('the root is answered', async () => {
      return (await desk.pendingIds('roots', 'g').catch(() => ['?'])).length === 0;
    });
    expect((await database.query('SELECT * FROM effects')).rows).toEqual([{ message_id: 'root-1' }]);
    expect(await bus.admin.length('roots.out')).toBe(1);
  });
});
