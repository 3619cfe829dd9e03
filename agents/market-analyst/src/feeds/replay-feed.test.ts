import type { DecimalCandle } from '@octant/trading/market/candle';
import { expect, test } from 'vitest';
import type { CandleStore } from '../adapters/candle-store.js';
import { CandleMemory } from './candle-memory.js';
import type { FeedSpec, FeedStep } from './feed-spec.js';
import { ReplayFeed } from './replay-feed.js';

const MINUTE_MS = 60_000;

function candle(minute: number): DecimalCandle {
  return { openTimeMs: minute * MINUTE_MS, open: '1', high: '1', low: '1', close: '1', volume: '1' };
}

function range(from: number, to: number): DecimalCandle[] {
  return Array.from({ length: to - from }, (_, index) => candle(from + index));
}

function aReplay(stored: Record<string, readonly DecimalCandle[]>, fields: Partial<FeedSpec> = {}) {
  const reads: number[] = [];
  const store: Pick<CandleStore, 'readMany'> = {
    readMany(_series, symbols, { afterMs, beforeMs, limit }) {
      reads.push(afterMs);
      const inRange = ({ openTimeMs }: DecimalCandle) => openTimeMs > afterMs && openTimeMs < beforeMs;
      return Promise.resolve(
        new Map(symbols.map((symbol) => [symbol, (stored[symbol] ?? []).filter(inRange).slice(0, limit)])),
      );
    },
  };
  const memory = new CandleMemory();
  const spec: FeedSpec = {
    sessionId: 's',
    source: 'replay',
    storedAs: 'replay',
    exchange: 'replay',
    symbols: Object.keys(stored),
    timeframe: '1m',
    historyFromMs: 0,
    ...fields,
  };
  return { feed: new ReplayFeed(spec, store, memory), memory, reads };
}

async function runToEnd(feed: ReplayFeed): Promise<FeedStep[]> {
  const steps: FeedStep[] = [];
  for (let step = await feed.firstStep(); step !== undefined; step = await feed.stepAfter(step.openTimeMs)) {
    steps.push(step);
  }
  return steps;
}

test('makes one step a distinct open time, in the order of the symbols, and marks the last', async () => {
  const { feed } = aReplay({ 'ETH-USDT': [candle(1), candle(3)], 'BTC-USDT': [candle(1), candle(2)] });
  const steps = await runToEnd(feed);
  expect(
    steps.map(({ openTimeMs, candles, last }) => [openTimeMs / MINUTE_MS, candles.map(({ symbol }) => symbol), last]),
  ).toEqual([
    [1, ['ETH-USDT', 'BTC-USDT'], false],
    [2, ['BTC-USDT'], false],
    [3, ['ETH-USDT'], true],
  ]);
});

test.each([999, 1000, 1001, 2000, 3456])('reads %i candles in pages without losing or doubling one', async (count) => {
  const sparse = range(0, count).filter(({ openTimeMs }) => openTimeMs % (7 * MINUTE_MS) === 0);
  const { feed, reads } = aReplay({ 'BTC-USDT': range(0, count), 'ETH-USDT': sparse });
  const steps = await runToEnd(feed);
  expect(steps.map(({ openTimeMs }) => openTimeMs)).toEqual(range(0, count).map(({ openTimeMs }) => openTimeMs));
  expect(steps.flatMap(({ candles }) => candles).length).toBe(count + sparse.length);
  expect(steps.filter(({ last }) => last)).toEqual([steps.at(-1)]);
  expect(reads.length).toBeLessThanOrEqual(Math.ceil(count / 1000) + 1);
});

test('keeps to the open times of the session: from inclusive, to exclusive', async () => {
  const { feed } = aReplay({ 'BTC-USDT': range(0, 100) }, { fromMs: 10 * MINUTE_MS, toMs: 13 * MINUTE_MS });
  const steps = await runToEnd(feed);
  expect(steps.map(({ openTimeMs }) => openTimeMs / MINUTE_MS)).toEqual([10, 11, 12]);
});

test('goes back when an older step is asked for again, and on from anywhere after a restart', async () => {
  const { feed } = aReplay({ 'BTC-USDT': range(0, 2500) });
  await runToEnd(feed);
  expect((await feed.stepAfter(3 * MINUTE_MS))?.openTimeMs).toBe(4 * MINUTE_MS);
  const { feed: restarted } = aReplay({ 'BTC-USDT': range(0, 2500) });
  expect((await restarted.stepAfter(1777 * MINUTE_MS))?.openTimeMs).toBe(1778 * MINUTE_MS);
  expect(await restarted.stepAfter(2499 * MINUTE_MS)).toBeUndefined();
});

test('remembers what it read, so that the analysis of a step asks nobody', async () => {
  const { feed, memory } = aReplay({ 'BTC-USDT': range(0, 2500) });
  await runToEnd(feed);
  const known = memory.find('s', 'BTC-USDT', { afterMs: 2399 * MINUTE_MS, throughMs: 2400 * MINUTE_MS });
  expect(known).toEqual([candle(2400)]);
});

test('a replay without candles has no first step', async () => {
  const { feed } = aReplay({ 'BTC-USDT': [] });
  expect(await feed.firstStep()).toBeUndefined();
});
