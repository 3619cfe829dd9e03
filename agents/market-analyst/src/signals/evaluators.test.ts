import { TransientError } from '@octant/platform/errors/errors';
import { strategyConfig } from '@octant/trading/config/strategy-config';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { simulateCandles } from '@octant/trading/market/simulated-market';
import { expect, test } from 'vitest';
import type { CandleRange, CandleReader, Series } from '../adapters/candle-store.js';
import { CandleMemory } from '../feeds/candle-memory.js';
import { Evaluators, type Verdict } from './evaluators.js';

const HOUR_MS = 3_600_000;
const series = { source: 'replay', symbol: 'BTC-USDT', timeframe: '1h' } as const;
const strategy = strategyConfig.parse({
  name: 'momentum',
  symbols: ['BTC-USDT'],
  lookback: 10,
  entry_threshold: 0.8,
  exit_threshold: -0.2,
});
const made = simulateCandles({ seed: 1, symbol: 'BTC-USDT', timeframe: '1h', startMs: 0 });
const candles = Array.from({ length: 2500 }, () => made.next().value);

class StoreFake implements CandleReader {
  readonly candles: DecimalCandle[];
  reads = 0;
  constructor(stored: readonly DecimalCandle[]) {
    this.candles = [...stored];
  }
  read(_series: Series, { afterMs, beforeMs, limit }: CandleRange): Promise<DecimalCandle[]> {
    this.reads += 1;
    const found = this.candles.filter(({ openTimeMs }) => openTimeMs > afterMs && openTimeMs < beforeMs);
    return Promise.resolve(found.slice(0, limit));
  }
}

function setUp(stored: readonly DecimalCandle[] = candles) {
  const store = new StoreFake(stored);
  const memory = new CandleMemory();
  const evaluators = new Evaluators(store, memory);
  const at = (index: number): Promise<Verdict> =>
    evaluators.evaluate({
      sessionId: 's',
      strategy,
      series,
      feedKey: 's',
      historyFromMs: 0,
      closeTimeMs: (index + 1) * HOUR_MS,
    });
  return { store, memory, evaluators, at };
}

test('a verdict is the same whether it is reached step by step, at once, or again after a restart', async () => {
  const stepwise = setUp();
  const verdicts: Verdict[] = [];
  for (let index = 0; index < 1200; index += 1) verdicts.push(await stepwise.at(index));
  expect(new Set(verdicts.map(({ signal }) => signal))).toEqual(new Set(['none', 'buy', 'sell']));
  for (const index of [0, 11, 500, 1199]) expect(await setUp().at(index)).toEqual(verdicts[index]);
});

test('what the feed has just published is not read from the store', async () => {
  const { store, memory, at } = setUp();
  await at(99);
  const reads = store.reads;
  memory.add('s', 'BTC-USDT', {
    afterMs: 99 * HOUR_MS,
    throughMs: 299 * HOUR_MS,
    candles: candles.slice(100, 300),
  });
  for (let index = 100; index < 300; index += 1) await at(index);
  expect(store.reads).toBe(reads);
  expect(await at(299)).toEqual(await setUp().at(299));
});

test('a repeat of one of the last candles is answered from memory, an older one is computed again', async () => {
  const { store, at } = setUp();
  const first = await at(120);
  for (let index = 121; index < 180; index += 1) await at(index);
  const reads = store.reads;
  expect(await at(120)).toEqual(first);
  expect(store.reads).toBe(reads);
  for (let index = 180; index < 260; index += 1) await at(index);
  expect(await at(120)).toEqual(first);
  expect(await at(300)).toEqual(await setUp().at(300));
});

test('a candle that is not stored yet is behind, and answered once it is', async () => {
  const { store, at } = setUp(candles.slice(0, 50));
  await expect(at(50)).rejects.toThrow(TransientError);
  await expect(at(50)).rejects.toMatchObject({ code: 'behind', status: 409 });
  store.candles.push(...candles.slice(50, 51));
  expect(await at(50)).toEqual(await setUp().at(50));
});

test('questions that come together are answered as if one after the other', async () => {
  const { at } = setUp();
  const together = await Promise.all([at(700), at(20), at(701), at(700)]);
  const one = await Promise.all([700, 20, 701, 700].map((index) => setUp().at(index)));
  expect(together).toEqual(one);
});

test('a candle that was stored late makes the run begin again', async () => {
  const { store, evaluators, at } = setUp(candles.filter((_, index) => index !== 40));
  const after = (ask: (index: number) => Promise<Verdict>) =>
    Promise.all(Array.from({ length: 12 }, (_, index) => ask(41 + index)));
  const whole = await after(setUp().at);
  expect(await after(at)).not.toEqual(whole);
  store.candles.splice(40, 0, ...candles.slice(40, 41));
  evaluators.forgetFrom(series, 40 * HOUR_MS);
  expect(await after(at)).toEqual(whole);
});

test('a time at which no candle of the session closes is refused', () => {
  const { at } = setUp();
  expect(() => at(0.5)).toThrow(/closeTimeMs: expected the close of a 1h candle/);
  expect(() => at(-1)).toThrow(/opens at 0 or later, was 0/);
});
