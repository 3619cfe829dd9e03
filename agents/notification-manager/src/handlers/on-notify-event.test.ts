import type { Sql } from '@octant/platform/postgres/sql';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';
import { expect, test } from 'vitest';
import type { NewNotice } from '../adapters/notices-table.js';
import { onNotifyEvent } from './on-notify-event.js';

const noSql: Sql = { query: () => Promise.reject(new Error('expected no statement of its own, was one')) };

async function store(payload: NotifyEvent) {
  const inserted: { notice: NewNotice; nowMs: number }[] = [];
  const stored: unknown[] = [];
  const message = { id: 'm1', stream: 'notify.events', entryId: '1-0', payload, traceId: 't9', deliveries: 1 };
  const result = onNotifyEvent(message, {
    notices: {
      insert: (_sql, notice, nowMs) => {
        inserted.push({ notice, nowMs });
        return Promise.resolve();
      },
    },
    plan: () => ({ state: 'pending', reason: null }),
    clock: new VirtualClock(42),
    onStored: (plan) => stored.push(plan),
  });
  const messages = await result.transaction?.(noSql);
  return { inserted, messages, stored, result };
}

const envelope = { ts: '2024-01-01T01:00:00.000Z', traceId: 't1' };

test('stores the event under its message id, with its delivery', async () => {
  const { inserted, messages } = await store({ type: 'halt', severity: 'critical', message: 'halted', ...envelope });
  expect(messages).toEqual([]);
  expect(inserted).toEqual([
    {
      nowMs: 42,
      notice: {
        id: 'm1',
        type: 'halt',
        severity: 'critical',
        message: 'halted',
        context: {},
        requestId: null,
        traceId: 't1',
        publishedAt: '2024-01-01T01:00:00.000Z',
        delivery: { state: 'pending', reason: null },
      },
    },
  ]);
});

test('wakes the delivery after the commit only', async () => {
  const { stored, result } = await store({ type: 'halt', severity: 'critical', ...envelope });
  expect(stored).toEqual([]);
  result.onCommitted?.();
  expect(stored).toEqual([{ state: 'pending', reason: null }]);
});

test('leaves out the one character that Postgres cannot store', async () => {
  const { inserted } = await store({ type: 'halt', severity: 'info', message: 'a\u0000b', ...envelope });
  expect(inserted[0]?.notice.message).toBe('ab');
});
