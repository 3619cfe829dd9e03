import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import { subscription } from '@octant/platform/bus/subscription';
import { CountingObserver, TestDesk, eventually, workItem } from './desk.js';

describe('failures of the bus’ handlers', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  it('keeps a parked message pending while its successors of the same key wait and other keys go on', async () => {
    const bus = desk.openBus('parker');
    const handled: string[] = [];
    let broken = true;
    let tries = 0;
    for (const [n, key] of ['a', 'a', 'b'].entries()) {
      await bus.publish({ stream: 'parked', type: 'work', id: `p-${String(n)}`, payload: { key, n } });
    }
    await bus.start([
      subscription({
        stream: 'parked',
        group: 'parkers',
        schema: workItem,
        maxFailures: 1,
        orderedBy: ({ key }) => key,
        handle: ({ payload: { key, n } }) => {
          if (n === 0 && broken) {
            tries += 1;
            throw new TransientError('expected a store, was none', { code: 'store_away', retryAfterMs: 20 });
          }
          handled.push(`${key}${String(n)}`);
          return {};
        },
      }),
    ]);
    await eventually('it was tried five times', () => tries >= 5);
    expect(handled).toEqual(['b2']);
    expect((await bus.admin.pending('parked', 'parkers', 10)).total).toBe(2);
    expect((await bus.admin.deadLetters('parked', 10)).total).toBe(0);
    broken = false;
    await eventually('both went through', () => handled.length === 3);
    expect(handled).toEqual(['b2', 'a0', 'a1']);
    await eventually('nothing is pending', async () => (await bus.admin.pending('parked', 'parkers', 10)).total === 0);
    expect(await desk.redis.exists(desk.key('~failures:parked:parkers'), desk.key('~retries:parked:parkers'))).toBe(0);
  });

  it('dead-letters after the counted failures with a full record, and requeues once for that group only', async () => {
    const observer = new CountingObserver();
    const bus = desk.openBus('failer', { observer });
    let broken = true;
    const seen: string[] = [];
    const handlers = { failing: 0 };
    await bus.publish({ stream: 'orders', type: 'order', id: 'order-1', payload: { key: 'a', n: 7 } });
    await bus.start([
      subscription({
        stream: 'orders',
        group: 'failing',
        schema: workItem,
        maxFailures: 3,
        handle: () => {
          handlers.failing += 1;
          if (broken) throw new RangeError('expected n below 5, was 7');
          return {};
        },
      }),
      subscription({
        stream: 'orders',
        group: 'watching',
        schema: workItem,
        handle: ({ id }) => {
          seen.push(id);
          return {};
        },
      }),
    ]);
    await eventually('it is dead', () => observer.outcomes.dead_lettered === 1);
    expect(handlers.failing).toBe(3);
    const { total, entries } = await bus.admin.deadLetters('orders.dlq', 10);
    expect(total).toBe(1);
    const letter = entries[0];
    expect(letter).toMatchObject({
      messageId: 'order-1',
      stream: 'orders',
      group: 'failing',
      consumer: 'failer',
      payload: { key: 'a', n: 7 },
      failures: 3,
      deliveries: 3,
      reason: 'failures',
      error: { class: 'RangeError', code: 'unexpected', message: 'expected n below 5, was 7' },
      effect: 'not_committed',
      schemaVersion: '1',
      requeued: false,
    });
    expect(letter?.error.stackHash).toMatch(/^[0-9a-f]{12}$/);
    expect(Date.parse(letter?.firstFailedAt ?? '')).toBeLessThanOrEqual(Date.parse(letter?.lastFailedAt ?? ''));
    expect(await desk.pendingIds('orders', 'failing')).toEqual([]);

    broken = false;
    const first = await bus.admin.requeue('orders', letter?.id ?? '');
    expect(await bus.admin.requeue('orders', letter?.id ?? '')).toEqual({ requeued: false, entryId: first.entryId });
    expect(first.requeued).toBe(true);
    await eventually('it was handled at last', () => handlers.failing === 4);
    await eventually('all is acknowledged', async () => {
      const groups = await bus.admin.groups('orders');
      return groups.every(({ pending, lagSeconds }) => pending === 0 && lagSeconds === 0);
    });
    expect(seen).toEqual(['order-1']);
    expect((await bus.admin.deadLetters('orders', 10)).entries[0]?.requeued).toBe(true);
    expect(await bus.admin.length('orders')).toBe(2);
    await expect(bus.admin.requeue('orders', '1-1')).rejects.toThrow(PermanentError);
  });

  it('dead-letters what it cannot read, says why, and goes on', async () => {
    const observer = new CountingObserver();
    const bus = desk.openBus('reader', { observer });
    const key = desk.key('garbage');
    await desk.redis.xadd(key, '*', 'nonsense', 'x');
    await desk.redis.xadd(key, '*', 'data', '{"key": "a", ');
    await desk.redis.xadd(key, '*', 'data', '[]');
    await desk.redis.xadd(key, '*', 'data', '{"key": 3, "n": "x"}', 'id', '', 'traceparent', 'zz');
    await desk.redis.xadd(key, '*', 'data', '{"key": "plain", "n": 1}');
    const ids: string[] = [];
    await bus.start([
      subscription({
        stream: 'garbage',
        group: 'readers',
        schema: workItem,
        handle: ({ payload }) => {
          ids.push(payload.key);
          return {};
        },
      }),
    ]);
    await eventually('all are settled', () => observer.outcomes.dead_lettered + observer.outcomes.handled === 5);
    expect(ids).toEqual(['plain']);
    const { entries } = await bus.admin.deadLetters('garbage', 10);
    expect(entries.map(({ error, reason, effect }) => `${reason} ${effect} ${error.code}`)).toEqual(
      Array.from({ length: 4 }, () => 'permanent none unparseable'),
    );
    expect(entries.map(({ error }) => error.message).reverse()).toEqual([
      'expected a field "data", was none',
      'expected JSON in field "data", was "{"key": "a", "',
      expect.stringContaining('data: Invalid input: expected object'),
      expect.stringMatching(/key: .*expected string.*n: .*expected number/),
    ]);
    const again = await bus.admin.requeue('garbage', entries.at(-1)?.id ?? '');
    await eventually('the garbage is dead again', () => observer.outcomes.dead_lettered === 5);
    const requeued = (await desk.redis.xrange(key, again.entryId, again.entryId))[0]?.[1] ?? [];
    expect(requeued.slice(0, 4)).toEqual(['group', 'readers', 'nonsense', 'x']);
  });

  it('pauses reading when many messages fail transiently, and goes on when one succeeds', async () => {
    const bus = desk.openBus('breaker', { tuning: { readCount: 5, breakerThreshold: 5, breakerProbeMs: 300 } });
    let away = true;
    const tried = new Map<string, number>();
    const handled = new Set<string>();
    await Promise.all(
      Array.from({ length: 200 }, (_unused, n) =>
        bus.publish({ stream: 'outage', type: 'work', id: `o-${String(n)}`, payload: { key: 'a', n } }),
      ),
    );
    await bus.start([
      subscription({
        stream: 'outage',
        group: 'g',
        schema: workItem,
        handle: ({ id }) => {
          tried.set(id, (tried.get(id) ?? 0) + 1);
          if (away) throw new TransientError('expected a store, was none', { code: 'store_away' });
          handled.add(id);
          return {};
        },
      }),
    ]);
    await eventually('the first was tried seven times', () => (tried.get('o-0') ?? 0) >= 7);
    expect(tried.size).toBeLessThan(50);
    away = false;
    await eventually('all are handled', () => handled.size === 200);
    expect((await bus.admin.deadLetters('outage', 1)).total).toBe(0);
  });
});
