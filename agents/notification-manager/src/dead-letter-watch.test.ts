import type { Publisher } from '@octant/platform/agent/definition';
import type { DeadLetter } from '@octant/platform/bus/stream-admin';
import type { StateEntry } from '@octant/platform/bus/message';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { expect, test } from 'vitest';
import { watchDeadLetters, type DeadLetterWatchParts } from './dead-letter-watch.js';

type Change = Parameters<Publisher['commit']>[0];

/** A desk whose dead letters are given by the test; commits keep the state as the bus does. */
function aDesk(totals: Record<string, number>) {
  const changes: Change[] = [];
  const kept: string[] = [];
  let stored: StateEntry<unknown> = { version: 0, value: undefined };
  const parts: DeadLetterWatchParts = {
    streams: ['exec.orders', 'notify.events'],
    admin: {
      deadLetters: (stream) => {
        const total = totals[stream] ?? 0;
        return Promise.resolve({ total, entries: [{ id: `${String(total)}-0` } as DeadLetter] });
      },
    },
    state: { read: <Value>() => Promise.resolve(stored as StateEntry<Value>) },
    bus: {
      publish: () => Promise.reject(new Error('expected commit, was publish')),
      commit: (change) => {
        changes.push(change);
        stored = { version: stored.version + 1, value: change.state[0]?.value };
        return Promise.resolve('ok');
      },
    },
    clock: new VirtualClock(),
    keep: (messages) => Promise.resolve(kept.push(...messages.map(({ id }) => id))),
  };
  const flush = () => {
    stored = { version: 0, value: undefined };
  };
  return { parts, changes, kept, totals, flush };
}

test('says nothing while nothing grows', async () => {
  const { parts, changes } = aDesk({});
  await watchDeadLetters(parts);
  expect(changes).toEqual([]);
});

test('reports a growth once, together with the new total', async () => {
  const { parts, changes, totals } = aDesk({ 'exec.orders': 2 });
  await watchDeadLetters(parts);
  await watchDeadLetters(parts);
  expect(changes).toHaveLength(1);
  expect(changes[0]?.state).toEqual([{ key: 'notify:dead-letters', expectedVersion: 0, value: { 'exec.orders': 2 } }]);
  expect(changes[0]?.messages).toMatchObject([
    {
      stream: 'notify.events',
      id: 'dlq_growth:exec.orders:2-0',
      payload: {
        type: 'dlq_growth',
        severity: 'critical',
        message: 'exec.orders: 2 new dead letters, 2 in all',
        context: { stream: 'exec.orders', deadLetterStream: 'exec.orders.dlq', grownBy: 2, total: 2 },
      },
    },
  ]);
  totals['exec.orders'] = 3;
  await watchDeadLetters(parts);
  expect(changes[1]?.messages.map(({ id }) => id)).toEqual(['dlq_growth:exec.orders:3-0']);
});

test('learns a lower total in silence, so that the next growth is seen', async () => {
  const { parts, changes, totals } = aDesk({ 'exec.orders': 5 });
  await watchDeadLetters(parts);
  totals['exec.orders'] = 1;
  await watchDeadLetters(parts);
  expect(changes[1]?.messages).toEqual([]);
  totals['exec.orders'] = 2;
  await watchDeadLetters(parts);
  expect(changes[2]?.messages).toHaveLength(1);
});

test('keeps a notice before it is published, and tells of the first letter after Redis was emptied', async () => {
  const { parts, kept, totals, flush } = aDesk({ 'exec.orders': 1 });
  await watchDeadLetters(parts);
  flush();
  totals['exec.orders'] = 4;
  await watchDeadLetters(parts);
  expect(kept).toEqual(['dlq_growth:exec.orders:1-0', 'dlq_growth:exec.orders:4-0']);
});
