import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subscription } from '@octant/platform/bus/subscription';
import { CountingObserver, TestDesk, eventually, gate, workItem } from './desk.js';

describe('the bus takes over what others leave', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  /** Leaves entries pending for a consumer that never comes back, as a killed process does. */
  async function leavePending(stream: string, group: string, consumer: string): Promise<void> {
    const key = desk.key(stream);
    await desk.redis.xgroup('CREATE', key, group, '0', 'MKSTREAM');
    for (const n of [0, 1, 2]) {
      await desk.redis.xadd(key, '*', 'data', JSON.stringify({ key: 'a', n }), 'id', `${stream}-${String(n)}`);
    }
    await desk.redis.xreadgroup('GROUP', group, consumer, 'COUNT', 10, 'STREAMS', key, '>');
  }

  it('takes over a vanished consumer’s entries, in order, within three seconds', async () => {
    await leavePending('left', 'workers', 'vanished');
    const handled: number[] = [];
    const deliveries: number[] = [];
    const bus = desk.openBus('successor');
    const startedAtMs = Date.now();
    await bus.start([
      subscription({
        stream: 'left',
        group: 'workers',
        schema: workItem,
        orderedBy: ({ key }) => key,
        handle: (message) => {
          handled.push(message.payload.n);
          deliveries.push(message.deliveries);
          return {};
        },
      }),
    ]);
    await eventually('all are handled', () => handled.length === 3);
    expect(Date.now() - startedAtMs).toBeLessThan(3_000);
    expect({ handled, deliveries }).toEqual({ handled: [0, 1, 2], deliveries: [2, 2, 2] });
    await eventually('nothing is pending', async () => (await desk.pendingIds('left', 'workers')).length === 0);
  });

  it('resumes its own entries at once after a restart, also parked ones when they are due', async () => {
    await leavePending('own', 'workers', 'restarted');
    const [first] = await desk.pendingIds('own', 'workers');
    await desk.redis.zadd(desk.key('~retries:own:workers'), Date.now() + 400, first ?? '');
    const handled: number[] = [];
    const bus = desk.openBus('restarted', { tuning: { leaseMs: 60_000 } });
    const startedAtMs = Date.now();
    await bus.start([
      subscription({
        stream: 'own',
        group: 'workers',
        schema: workItem,
        handle: ({ payload }) => {
          handled.push(payload.n);
          return {};
        },
      }),
    ]);
    await eventually('all are handled', () => handled.length === 3);
    expect(handled).toEqual([1, 2, 0]);
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(350);
  });

  it('does not let a stalled consumer commit what another took over', async () => {
    const stall = gate();
    const runs: string[] = [];
    const observer = new CountingObserver();
    const subscribe = (name: string, wait: Promise<void>) =>
      subscription({
        stream: 'contested',
        group: 'g',
        schema: workItem,
        handle: async ({ payload }) => {
          runs.push(name);
          await wait;
          return { messages: [{ stream: 'contested.out', type: 'work', payload: { ...payload, by: name } }] };
        },
      });
    const slow = desk.openBus('slow', { tuning: { beatMs: 3_600_000 }, observer });
    await slow.start([subscribe('slow', stall.opened)]);
    await slow.publish({ stream: 'contested', type: 'work', id: 'c-1', payload: { key: 'a', n: 1 } });
    await eventually('the slow one has it', () => runs.length === 1);
    const quick = desk.openBus('quick', { tuning: { leaseMs: 200, beatMs: 50 } });
    await quick.start([subscribe('quick', Promise.resolve())]);
    await eventually('the quick one committed', async () => (await quick.admin.length('contested.out')) === 1);
    stall.open();
    await slow.stop(5_000);
    expect(runs).toEqual(['slow', 'quick']);
    expect(await desk.payloads('contested.out')).toEqual([{ key: 'a', n: 1, by: 'quick' }]);
    expect(observer.outcomes).toEqual({ handled: 0, duplicate: 0, retried: 0, dead_lettered: 0 });
  });

  it('keeps a long-running handler’s entry by extending its lease', async () => {
    const runs: string[] = [];
    const tuning = { leaseMs: 200, beatMs: 40 };
    const subscribe = (name: string) =>
      subscription({
        stream: 'long',
        group: 'g',
        schema: workItem,
        handle: async () => {
          runs.push(name);
          await new Promise((resolve) => setTimeout(resolve, 900));
          return { messages: [{ stream: 'long.out', type: 'work', payload: { by: name } }] };
        },
      });
    const worker = desk.openBus('worker', { tuning });
    const rival = desk.openBus('rival', { tuning });
    await worker.start([subscribe('one')]);
    await rival.start([subscribe('two')]);
    await worker.publish({ stream: 'long', type: 'work', id: 'l-1', payload: { key: 'a', n: 1 } });
    await eventually('it is done', async () => (await worker.admin.length('long.out')) === 1);
    expect(runs).toHaveLength(1);
  });

  it('finishes running handlers when it stops and releases the rest at once', async () => {
    const hold = gate();
    const started: number[] = [];
    const bus = desk.openBus('leaver', { tuning: { concurrency: 1 } });
    for (const n of [0, 1, 2]) {
      await bus.publish({ stream: 'leaving', type: 'work', id: `l-${String(n)}`, payload: { key: 'a', n } });
    }
    await bus.start([
      subscription({
        stream: 'leaving',
        group: 'g',
        schema: workItem,
        handle: async ({ payload }) => {
          started.push(payload.n);
          await hold.opened;
          return {};
        },
      }),
    ]);
    await eventually('one runs', () => started.length === 1);
    const stopped = bus.stop(5_000);
    expect(bus.ready()).toBe(false);
    hold.open();
    await stopped;
    expect(started).toEqual([0]);
    const left = (await desk.redis.xpending(desk.key('leaving'), 'g', '-', '+', 10)) as [string, string, number][];
    expect(left.map(([, , idleMs]) => idleMs >= 3_600_000)).toEqual([true, true]);
  });
});
