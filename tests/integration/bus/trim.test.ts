import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBus } from '@octant/platform/bus/open-bus';
import { subscription } from '@octant/platform/bus/subscription';
import { TestDesk, eventually, silentLogger, workItem } from './desk.js';

describe('trimming', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  it('drops what every group is done with, never what one has pending or has not read, nothing while one is missing', async () => {
    const bus = openBus({
      redisUrl: desk.redisUrl,
      prefix: desk.prefix,
      agent: 'trimmer',
      logger: silentLogger,
      streamGroups: { trimmed: ['quick', 'late'] },
      tuning: { trimEveryMs: 20, trimKeepMs: 0 },
    });
    const key = desk.key('trimmed');
    const add = async (from: number, to: number) => {
      for (let n = from; n < to; n += 1) {
        await bus.publish({ stream: 'trimmed', type: 'work', id: `t-${String(n)}`, payload: { key: 'a', n } });
      }
    };
    let handled = 0;
    await add(0, 500);
    await bus.start([
      subscription({
        stream: 'trimmed',
        group: 'quick',
        schema: workItem,
        handle: () => {
          handled += 1;
          return {};
        },
      }),
    ]);
    await eventually('all are handled', () => handled === 500);
    await bus.publish({ stream: 'trimmed', type: 'work', id: 't-500', payload: { key: 'a', n: 500 } });
    await eventually('the next, too', () => handled === 501);
    expect(await bus.admin.length('trimmed')).toBe(501);

    await desk.redis.xgroup('CREATE', key, 'late', '0');
    await desk.redis.xreadgroup('GROUP', 'late', 'l', 'COUNT', 300, 'STREAMS', key, '>');
    const read = await desk.pendingIds('trimmed', 'late');
    await desk.redis.xack(key, 'late', ...read.slice(0, 250));
    await eventually('it was trimmed', async () => (await bus.admin.length('trimmed')) < 501);
    const [oldest] = await desk.redis.xrange(key, '-', '+', 'COUNT', 1);
    const oldestPending = read[250] ?? '';
    expect(Number(oldest?.[0].split('-')[0])).toBeLessThanOrEqual(Number(oldestPending.split('-')[0]));
    expect((await desk.redis.xrange(key, oldestPending, oldestPending)).length).toBe(1);
    expect(await bus.admin.length('trimmed')).toBeGreaterThanOrEqual(251);
    await bus.stop(1_000);
  });
});
