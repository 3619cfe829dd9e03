import type { StateEntry } from '@octant/platform/bus/message';
import { expect, test } from 'vitest';
import { closedCandles, formingCandles } from '../feeds/candles-message.js';
import type { FeedSpec, FeedStep } from '../feeds/feed-spec.js';
import type { OpenFeed, SimulatorPosition } from '../feeds/feeds.js';
import { ReplayFeed } from '../feeds/replay-feed.js';
import { CandleMemory } from '../feeds/candle-memory.js';
import { SimulatorFeed } from '../feeds/simulator-feed.js';
import { onAdvance } from './on-advance.js';

const HOUR_MS = 3_600_000;
const ts = '2024-01-01T00:00:00.000Z';
const spec: FeedSpec = {
  sessionId: 's',
  source: 'simulator',
  storedAs: 'simulator@s',
  exchange: 'simulator',
  symbols: ['BTC-USD'],
  timeframe: '1h',
  historyFromMs: 0,
};
const simulator = { seed: 1, startMs: 0, firstMs: 0, candleEveryMs: 40 };
const toSend = (step: FeedStep) => ({ ...spec, ...step, simulated: true });

function advance(open: OpenFeed | undefined, closeTimeMs: number, position: StateEntry<SimulatorPosition>) {
  const later: [FeedStep, number][] = [];
  const handle = onAdvance({
    feeds: {
      find: () => Promise.resolve(open),
      closedMessage: (_spec, step) => closedCandles(toSend(step), ts),
      formingMessage: (_spec, step) => formingCandles(toSend(step), ts),
      closedSince: (_spec, doneMs) => Promise.resolve([closedCandles(toSend(aStep(doneMs)), ts)]),
      publishLater: (_spec, step, delayMs) => {
        later.push([step, delayMs]);
      },
    },
    readPosition: () => Promise.resolve(position),
  });
  const payload = { type: 'advance' as const, sessionId: 's', closeTimeMs, ts, traceId: 't' };
  const message = { id: 'a', stream: 'orchestrator.commands', entryId: '1-0', payload, traceId: 't', deliveries: 1 };
  return { result: handle(message), later };
}

function aStep(openTimeMs: number): FeedStep {
  const candle = { openTimeMs, open: '1', high: '2', low: '1', close: '2', volume: '3' };
  return { openTimeMs, candles: [{ symbol: 'BTC-USD', candle }], last: false };
}

const nowhere = { version: 0, value: undefined };

test("a replay's next step is the handler's output, under an id that a repeat makes again", async () => {
  const candles = [0, 1].map((hour) => ({
    openTimeMs: hour * HOUR_MS,
    open: '1',
    high: '2',
    low: '1',
    close: '2',
    volume: '3',
  }));
  const feed = new ReplayFeed(
    spec,
    {
      readMany: (_series, _symbols, { afterMs }) =>
        Promise.resolve(new Map([['BTC-USD', candles.filter(({ openTimeMs }) => openTimeMs > afterMs)]])),
    },
    new CandleMemory(),
  );
  const open = { kind: 'replay', spec, feed } as const;
  const { messages = [] } = await advance(open, HOUR_MS, nowhere).result;
  expect(messages.map(({ id }) => id)).toEqual([`candles:s:1h:${String(HOUR_MS)}:closed`]);
  expect(messages[0]?.payload).toMatchObject({ last: true, closeTimeMs: 2 * HOUR_MS });
  expect((await advance(open, HOUR_MS, nowhere).result).messages).toEqual(messages);
  expect(await advance(open, 2 * HOUR_MS, nowhere).result).toEqual({});
});

test('a simulator announces the open, notes the position, and closes the candle after the commit', async () => {
  const open = { kind: 'simulator', spec, feed: new SimulatorFeed(spec, simulator), everyMs: 40 } as const;
  const { result, later } = advance(open, HOUR_MS, { version: 3, value: { advancedCloseTimeMs: 0 } });
  const { messages = [], state, onCommitted } = await result;
  expect(messages.map(({ id }) => id)).toEqual([`candles:s:1h:${String(HOUR_MS)}:forming`]);
  const [forming] = (messages[0]?.payload['candles'] ?? []) as Record<string, string>[];
  expect([forming?.['high'], forming?.['low'], forming?.['close'], forming?.['volume']]).toEqual([
    forming?.['open'],
    forming?.['open'],
    forming?.['open'],
    '0',
  ]);
  expect(state).toEqual([{ key: 'analyst:feed:s', expectedVersion: 3, value: { advancedCloseTimeMs: HOUR_MS } }]);
  expect(later).toEqual([]);
  onCommitted?.();
  expect(later.map(([{ openTimeMs }, delayMs]) => [openTimeMs, delayMs])).toEqual([[HOUR_MS, 40]]);
});

test('a step that was advanced before is not advanced again', async () => {
  const open = { kind: 'simulator', spec, feed: new SimulatorFeed(spec, simulator), everyMs: 40 } as const;
  const known = { version: 1, value: { advancedCloseTimeMs: 2 * HOUR_MS } };
  expect(await advance(open, HOUR_MS, known).result).toEqual({});
});

test('a session without a running feed has nothing to advance', async () => {
  expect(await advance(undefined, HOUR_MS, nowhere).result).toEqual({});
});

test('a live feed publishes again what went out after that close', async () => {
  const { messages } = await advance({ kind: 'live', spec }, HOUR_MS, nowhere).result;
  expect(messages?.map(({ id }) => id)).toEqual(['candles:s:1h:3600000:closed']);
});
