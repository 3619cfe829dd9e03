import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subscription } from '@octant/platform/bus/subscription';
import { CountingObserver, TestDesk, eventually, gate, workItem } from './desk.js';

describe('two entries of one message', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  const addCopy = (stream: string, id: string) =>
    desk.redis.xadd(desk.key(stream), '*', 'data', JSON.stringify({ key: 'a', n: 1 }), 'id', id);

  it('are handled one after the other in one process, and the second is answered', async () => {
    const observer = new CountingObserver();
    const bus = desk.openBus('one', { observer });
    await bus.publish({ stream: 'twice', type: 'work', id: 't-1', payload: { key: 'a', n: 1 } });
    await addCopy('twice', 't-1');
    const hold = gate();
    let runs = 0;
    await bus.start([
      subscription({
        stream: 'twice',
        group: 'g',
        schema: workItem,
        handle: async () => {
          runs += 1;
          await hold.opened;
          return { messages: [{ stream: 'twice.out', type: 'work', payload: { key: 'a', n: 1 } }] };
        },
      }),
    ]);
    await eventually('both are held', async () => (await desk.pendingIds('twice', 'g')).length === 2);
    hold.open();
    await eventually('both are settled', () => observer.outcomes.handled + observer.outcomes.duplicate === 2);
    expect(await desk.pendingIds('twice', 'g')).toEqual([]);
    expect(observer.outcomes).toMatchObject({ handled: 1, duplicate: 1, dead_lettered: 0 });
    expect(await bus.admin.length('twice.out')).toBe(1);
    expect(runs).toBe(2);
  });

  it('in two processes: the copy parks while the first is pending, and is answered when that is done', async () => {
    const first = gate();
    const observer = new CountingObserver();
    const results = (name: string) => ({
      messages: [{ stream: 'both.out', type: 'work', payload: { by: name }, id: `both-${name}` }],
    });
    const slow = desk.openBus('slow', { tuning: { readCount: 1, readAhead: 1 } });
    await slow.publish({ stream: 'both', type: 'work', id: 'b-1', payload: { key: 'a', n: 1 } });
    await slow.start([
      subscription({
        stream: 'both',
        group: 'g',
        schema: workItem,
        handle: async () => {
          await first.opened;
          return results('slow');
        },
      }),
    ]);
    await eventually('the slow one has the first', async () => (await desk.pendingIds('both', 'g')).length === 1);
    await addCopy('both', 'b-1');
    const quick = desk.openBus('quick', { observer });
    await quick.start([subscription({ stream: 'both', group: 'g', schema: workItem, handle: () => results('quick') })]);
    await eventually('the copy is parked', () => observer.outcomes.retried > 0);
    expect(await quick.admin.length('both.out')).toBe(0);
    first.open();
    await eventually('the copy is answered', () => observer.outcomes.duplicate === 1);
    expect(await desk.pendingIds('both', 'g')).toEqual([]);
    expect(await desk.payloads('both.out')).toEqual([{ by: 'slow' }]);
    expect(observer.outcomes).toMatchObject({ handled: 0, duplicate: 1, dead_lettered: 0 });
  });
});
