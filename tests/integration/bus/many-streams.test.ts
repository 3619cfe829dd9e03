import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subscription } from '@octant/platform/bus/subscription';
import { CountingObserver, eventually, TestDesk, workItem } from './desk.js';

const STREAMS = 100;
const EACH = 80;

describe('a group of many streams with a backlog', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  it('does all of it once, each stream in its order, and lets none wait for the others to be empty', async () => {
    const observer = new CountingObserver();
    const bus = desk.openBus('reader', { observer, tuning: { readAhead: 200 } });
    const names = Array.from({ length: STREAMS }, (_, index) => `many.${String(index)}`);
    const filling = desk.redis.pipeline();
    for (const name of names) {
      for (let n = 0; n < EACH; n += 1) {
        const id = `${name}-${String(n)}`;
        const data = JSON.stringify({ key: name, n });
        filling.xadd(desk.key(name), '*', 'data', data, 'id', id, 'type', 'work', 'v', '1', 'traceparent', '');
      }
      filling.xgroup('CREATE', desk.key(name), 'many', '0');
    }
    await filling.exec();
    const seen = new Map<string, number[]>();
    const firstAt: number[] = [];
    let handled = 0;
    await bus.start(
      names.map((stream) =>
        subscription({
          stream,
          group: 'many',
          schema: workItem,
          orderedBy: ({ key }) => key,
          handle: ({ payload }) => {
            const own = seen.get(payload.key) ?? [];
            if (own.length === 0) firstAt.push(handled);
            seen.set(payload.key, [...own, payload.n]);
            handled += 1;
            return {};
          },
        }),
      ),
    );
    await eventually('all is handled', () => observer.outcomes.handled === STREAMS * EACH);
    const inOrder = Array.from({ length: EACH }, (_, n) => n);
    expect(names.map((name) => seen.get(name))).toEqual(names.map(() => inOrder));
    // The last stream has begun long before the first ones are through.
    expect(Math.max(...firstAt)).toBeLessThan((STREAMS * EACH) / 2);
    expect(observer.outcomes).toMatchObject({ duplicate: 0, retried: 0, dead_lettered: 0 });
    const pending = await Promise.all(names.map((name) => desk.pendingIds(name, 'many')));
    expect(pending.flat()).toEqual([]);
  });
});
