import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import { watchCommand } from '@octant/trading/messages/orchestrator-commands';
import { expect, test } from 'vitest';
import type { FeedSpec } from '../feeds/feed-spec.js';
import { onWatch } from './on-watch.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const ts = '2024-01-01T00:00:00.000Z';
const watch = {
  type: 'watch',
  sessionId: 's',
  source: 'replay',
  symbols: ['BTC-USD'],
  timeframe: '1h',
  strategy: 'momentum',
};
const payload = watchCommand.parse({ ...watch, historyFromMs: 0, ts, traceId });
const message = { id: 'w', stream: 'orchestrator.commands', entryId: '1-0', payload, traceId, deliveries: 1 };
const first = { stream: 'market.candles', type: 'candles', payload: {}, id: 'candles:s:1h:0:closed' };
const spec: FeedSpec = {
  sessionId: 's',
  source: 'replay',
  storedAs: 'replay',
  exchange: 'replay',
  symbols: ['BTC-USD'],
  timeframe: '1h',
  historyFromMs: 0,
};
const sql = { query: () => Promise.reject(new Error('expected no statement')) };

function watching(prepare: () => Promise<readonly (typeof first)[]>) {
  const rows: unknown[] = [];
  const begun: string[] = [];
  const handle = onWatch({
    feeds: {
      prepare,
      begin: ({ sessionId }) => {
        begun.push(sessionId);
      },
    },
    store: {
      insert: (_sql, spec, outcome) => {
        rows.push([spec.sessionId, outcome]);
        return Promise.resolve();
      },
    },
    buildSpec: () => spec,
    now: () => ts,
  });
  return { result: handle(message), rows, begun };
}

test('the row of the feed and its first step commit together, and only then does it begin', async () => {
  const { result, rows, begun } = watching(() => Promise.resolve([first]));
  const { transaction, onCommitted } = await result;
  expect(await transaction?.(sql)).toEqual([first]);
  expect(rows).toEqual([['s', { status: 'running' }]]);
  expect(begun).toEqual([]);
  onCommitted?.();
  expect(begun).toEqual(['s']);
});

test('a feed that cannot be is stored as failed and told', async () => {
  const failure = new PermanentError('candles.csv:7: high: expected at least the low 3, was 2', {
    code: 'bad_candle_file',
  });
  const { result, rows } = watching(() => Promise.reject(failure));
  const [notice] = (await (await result).transaction?.(sql)) ?? [];
  expect(rows).toEqual([['s', { status: 'failed', reason: failure.message }]]);
  expect(notice).toMatchObject({
    stream: 'notify.events',
    payload: {
      type: 'feed_failed',
      severity: 'critical',
      message: 'Session s gets no candles: candles.csv:7: high: expected at least the low 3, was 2',
      traceId,
    },
  });
});

test('a failure that may pass is tried again', async () => {
  const failure = new TransientError('Postgres is away', { code: 'postgres_unavailable' });
  await expect(watching(() => Promise.reject(failure)).result).rejects.toBe(failure);
});
