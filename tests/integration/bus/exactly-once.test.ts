import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermanentError } from '@octant/platform/errors/errors';
import { subscription } from '@octant/platform/bus/subscription';
import { CountingObserver, TestDesk, eventually, gate, workItem } from './desk.js';

describe('the bus does each effect once', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  it('answers a repeated publish with the first entry', async () => {
    const bus = desk.openBus('publisher');
    const message = { stream: 'roots', type: 'work', id: 'root-1', payload: { key: 'a', n: 1 } };
    const first = await bus.publish(message);
    expect(await bus.publish(message)).toEqual({ entryId: first.entryId, duplicate: true, durability: 'synced' });
    expect(first.duplicate).toBe(false);
    expect(await bus.admin.length('roots')).toBe(1);
  });

  it('publishes outputs once under derived ids, with the trace, however often the input comes', async () => {
    const observer = new CountingObserver();
    const bus = desk.openBus('doubler', { observer });
    const traceId = 'a'.repeat(32);
    await bus.publish({ stream: 'in', type: 'work', id: 'in-1', payload: { key: 'a', n: 1, traceId } });
    await bus.start([
      subscription({
        stream: 'in',
        group: 'doublers',
        schema: workItem,
        handle: ({ payload }) => ({
          messages: [
            { stream: 'out', type: 'work', payload: { key: payload.key, n: payload.n * 2 } },
            { stream: 'out', type: 'work', id: `named-${String(payload.n)}`, payload: { key: payload.key, n: 0 } },
          ],
        }),
      }),
    ]);
    await eventually('the first is handled', () => observer.outcomes.handled === 1);
    const entry = (await desk.redis.xrange(desk.key('in'), '-', '+'))[0];
    await desk.redis.xadd(desk.key('in'), '*', ...(entry?.[1] ?? []));
    await eventually('the repeat is answered', () => observer.outcomes.duplicate === 1);
    const outputs = await desk.redis.xrange(desk.key('out'), '-', '+');
    const field = (fields: string[], name: string) => fields[fields.indexOf(name) + 1];
    expect(outputs.map(([, fields]) => field(fields, 'id'))).toEqual(['in-1/0', 'named-1']);
    expect(outputs.map(([, fields]) => field(fields, 'traceparent')?.slice(3, 35))).toEqual([traceId, traceId]);
    expect(await desk.payloads('out')).toEqual([
      { key: 'a', n: 2 },
      { key: 'a', n: 0 },
    ]);
    expect(await bus.admin.duplicatesSuppressed()).toBe(1);
    expect(await desk.pendingIds('in', 'doublers')).toEqual([]);
  });

  it('runs a handler again on fresh state when another write came between', async () => {
    const bus = desk.openBus('adder');
    await bus.publish({ stream: 'sums', type: 'work', id: 'sum-1', payload: { key: 'a', n: 5 } });
    let runs = 0;
    let committed = 0;
    await bus.start([
      subscription({
        stream: 'sums',
        group: 'adders',
        schema: workItem,
        handle: async ({ payload }) => {
          runs += 1;
          const { version, value } = await bus.state.read<number>('sum');
          if (runs === 1) {
            const state = [{ key: 'sum', expectedVersion: 0, value: 100 }];
            expect(await bus.commit({ messages: [], state })).toBe('ok');
          }
          return {
            state: [{ key: 'sum', expectedVersion: version, value: (value ?? 0) + payload.n }],
            onCommitted: () => (committed += 1),
          };
        },
      }),
    ]);
    await eventually('the sum is committed', () => committed > 0);
    expect({ runs, committed, sum: await bus.state.read('sum') }).toEqual({
      runs: 2,
      committed: 1,
      sum: { version: 2, value: 105 },
    });
  });

  it('refuses a change from outside whose state moved on, with nothing of it done', async () => {
    const bus = desk.openBus('changer');
    const message = { stream: 'changes', type: 'work', id: 'change-1', payload: { key: 'a', n: 1 } };
    await bus.commit({ messages: [], state: [{ key: 'mode', expectedVersion: 0, value: 'on' }] });
    const late = { messages: [message], state: [{ key: 'mode', expectedVersion: 0, value: 'off' }] };
    expect(await bus.commit(late)).toBe('stale');
    expect(await bus.admin.length('changes')).toBe(0);
    expect(await bus.commit({ ...late, state: [{ key: 'mode', expectedVersion: 1, value: null }] })).toBe('ok');
    expect(await bus.state.read('mode')).toEqual({ version: 0, value: undefined });
    expect(await desk.payloads('changes')).toEqual([{ key: 'a', n: 1 }]);
  });

  it('runs messages of one key one after the other, other keys and their own work beside them', async () => {
    const bus = desk.openBus('ordered');
    const order: string[] = [];
    const hold = gate();
    for (const [n, key] of ['a', 'a', 'b', 'a'].entries()) {
      await bus.publish({ stream: 'lanes', type: 'work', id: `lane-${String(n)}`, payload: { key, n } });
    }
    await bus.start([
      subscription({
        stream: 'lanes',
        group: 'ordered',
        schema: workItem,
        orderedBy: ({ key }) => key,
        handle: async ({ payload: { key, n } }) => {
          if (n === 0) await hold.opened;
          order.push(`${key}${String(n)}`);
          return {};
        },
      }),
    ]);
    await eventually('the other key went by', () => order.length === 1);
    const inLane = bus.inLane('ordered', 'a', async () => {
      order.push('work');
      return Promise.resolve(order.length);
    });
    hold.open();
    expect(await inLane).toBe(5);
    expect(order).toEqual(['b2', 'a0', 'a1', 'a3', 'work']);
  });

  it('refuses two subscriptions of one stream in one group', async () => {
    const one = subscription({ stream: 's', group: 'g', schema: workItem, handle: () => ({}) });
    await expect(desk.openBus('twice').start([one, one])).rejects.toThrow(PermanentError);
  });
});
