import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subscription } from '@octant/platform/bus/subscription';
import { TestDesk, eventually, gate, workItem } from './desk.js';

/**
 * Ends of a process are played by another consumer's name: what a killed process leaves is entries that are pending for it
 * and the tries that it had counted.
 */
describe('entries that were delivered suspiciously often', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  /** Adds entries and delivers them `deliveries` times to consumers that never answered; returns their entry ids. */
  async function leaveSuspects(stream: string, ids: readonly string[], deliveries: number): Promise<string[]> {
    const key = desk.key(stream);
    await desk.redis.xgroup('CREATE', key, 'g', '0', 'MKSTREAM');
    const entryIds: string[] = [];
    for (const id of ids) {
      const entryId = await desk.redis.xadd(key, '*', 'data', JSON.stringify({ key: id, n: 1 }), 'id', id);
      entryIds.push(entryId ?? '');
    }
    await desk.redis.xreadgroup('GROUP', 'g', 'gone', 'COUNT', 100, 'STREAMS', key, '>');
    for (let n = 1; n < deliveries; n += 1) await desk.redis.xclaim(key, 'g', 'gone', 0, ...entryIds);
    for (const entryId of entryIds) {
      await desk.redis.xclaim(key, 'g', 'gone', 0, entryId, 'IDLE', 3_600_000, 'JUSTID');
    }
    return entryIds;
  }

  const count = (stream: string, entryId: string, record: Readonly<Record<string, unknown>>) =>
    desk.redis.hset(
      desk.key(`~failures:${stream}:g`),
      entryId,
      JSON.stringify({ counted: 0, transient: 0, firstMs: 1, attempt: '', ...record }),
    );

  it('run a few at a time, and are as good as any other once they came to an end', async () => {
    const ids = Array.from({ length: 20 }, (_unused, n) => `few-${String(n)}`);
    await leaveSuspects('few', ids, 3);
    const hold = gate();
    const handled: string[] = [];
    let running = 0;
    let most = 0;
    const bus = desk.openBus('few', { tuning: { beatMs: 20 } });
    await bus.start([
      subscription({
        stream: 'few',
        group: 'g',
        schema: workItem,
        handle: async ({ id }) => {
          running += 1;
          most = Math.max(most, running);
          if (handled.length === 0)
            await Promise.race([hold.opened, new Promise((resolve) => setTimeout(resolve, 50))]);
          running -= 1;
          handled.push(id);
          return {};
        },
      }),
    ]);
    await eventually('all are handled', () => handled.length === 20);
    expect(most).toBeLessThanOrEqual(8);
    await eventually('nothing is left of the suspicion', async () => {
      return (await desk.redis.exists(desk.key('~failures:few:g'))) === 0;
    });
    expect((await bus.admin.deadLetters('few', 10)).total).toBe(0);
  });

  it('run with nothing beside them after they were among the last words of two processes', async () => {
    const [entryId = ''] = await leaveSuspects('alone', ['alone-1'], 5);
    await count('alone', entryId, { beside: 2 });
    const neighbour = gate();
    const seen: string[] = [];
    const bus = desk.openBus('alone', { tuning: { beatMs: 20 } });
    const handle = async ({ id }: { id: string }) => {
      seen.push(`${id} begins`);
      if (id === 'neighbour-1') await neighbour.opened;
      seen.push(`${id} ends`);
      return {};
    };
    await bus.publish({ stream: 'neighbour', type: 'work', id: 'neighbour-1', payload: { key: 'n', n: 1 } });
    await bus.start([
      subscription({ stream: 'neighbour', group: 'g', schema: workItem, handle }),
      subscription({ stream: 'alone', group: 'g', schema: workItem, handle }),
    ]);
    await eventually('the neighbour runs and the suspect waits for it', async () => {
      return seen.length > 0 && (await bus.admin.pending('alone', 'g', 1)).entries[0]?.consumer === 'alone';
    });
    await bus.publish({ stream: 'neighbour', type: 'work', id: 'neighbour-2', payload: { key: 'n', n: 2 } });
    expect(seen).not.toContain('alone-1 begins');
    neighbour.open();
    await eventually('all ended', () => seen.length === 6);
    const begins = seen.indexOf('alone-1 begins');
    expect(seen[begins + 1]).toBe('alone-1 ends');
    expect(seen.indexOf('neighbour-1 ends')).toBeLessThan(begins);
  });

  it('are dead letters after their fifth death alone, with the reason, without another try', async () => {
    const [entryId = ''] = await leaveSuspects('deaths', ['deaths-1'], 10);
    await count('deaths', entryId, { beside: 2, alone: 5 });
    let runs = 0;
    const bus = desk.openBus('deaths', { tuning: { beatMs: 20 } });
    await bus.start([
      subscription({
        stream: 'deaths',
        group: 'g',
        schema: workItem,
        handle: () => {
          runs += 1;
          return {};
        },
      }),
    ]);
    await eventually('it is a dead letter', async () => (await bus.admin.deadLetters('deaths', 10)).total === 1);
    const [letter] = (await bus.admin.deadLetters('deaths', 10)).entries;
    expect(letter).toMatchObject({
      reason: 'process_deaths',
      messageId: 'deaths-1',
      error: { code: 'process_deaths' },
    });
    expect(runs).toBe(0);
    expect(await desk.pendingIds('deaths', 'g')).toEqual([]);
  });

  it('lose their count when they fail in the ordinary way', async () => {
    const [entryId = ''] = await leaveSuspects('throws', ['throws-1'], 4);
    await count('throws', entryId, { beside: 2, alone: 1 });
    let broken = true;
    const records: unknown[] = [];
    const note = async () => {
      records.push(JSON.parse((await desk.redis.hget(desk.key('~failures:throws:g'), entryId)) ?? '{}'));
    };
    const bus = desk.openBus('throws', {
      tuning: { beatMs: 20 },
      failpoint: (point) => (point === 'fail.before' ? note() : undefined),
    });
    await bus.start([
      subscription({
        stream: 'throws',
        group: 'g',
        schema: workItem,
        handle: async () => {
          if (!broken) return {};
          broken = false;
          await note();
          throw new Error('expected better, was worse');
        },
      }),
    ]);
    await eventually('it is handled', async () => (await desk.pendingIds('throws', 'g')).length === 0);
    expect(records).toMatchObject([
      { beside: 2, alone: 2, counted: 0 },
      // While the failure is noted the handler has come back: a death now is not its doing.
      { beside: 2, alone: 1, committing: 1, counted: 0 },
    ]);
    expect((await bus.admin.deadLetters('throws', 10)).total).toBe(0);
  });
});
