import { TransientError } from '@octant/platform/errors/errors';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import type { LiveExchange } from '../adapters/ccxt-exchange.js';
import type { CandleStore } from '../adapters/candle-store.js';
import { analystMetrics } from '../metrics.js';
import { CandleMemory } from './candle-memory.js';
import { LiveFeed } from './live-feed.js';

const MINUTE_MS = 60_000;
const START_MS = 1000 * MINUTE_MS;
const open: LiveFeed[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((feed) => feed.stop()));
});

/** An exchange whose newest candle of a symbol is the one that opened at `newest`. */
class ExchangeFake implements LiveExchange {
  readonly id = 'fake';
  readonly newest = new Map<string, number>();
  readonly close = new Map<number, string>();
  down = false;
  assertServes(): void {
    // Every timeframe is served.
  }
  fetchCandles({ symbol, sinceMs, limit }: Parameters<LiveExchange['fetchCandles']>[0]): Promise<DecimalCandle[]> {
    if (this.down) return Promise.reject(new TransientError('away', { code: 'exchange_unreachable' }));
    const candles: DecimalCandle[] = [];
    const from = Math.ceil(sinceMs / MINUTE_MS) * MINUTE_MS;
    for (let at = from; at <= (this.newest.get(symbol) ?? 0); at += MINUTE_MS) {
      candles.push({ openTimeMs: at, open: '1', high: '2', low: '1', close: this.close.get(at) ?? '2', volume: '3' });
    }
    return Promise.resolve(candles.slice(0, limit));
  }
}

function aFeed(positionMs?: number) {
  const clock = new VirtualClock(START_MS + 30_000);
  const exchange = new ExchangeFake();
  const published: string[] = [];
  const notices: string[] = [];
  const store: CandleStore = {
    insert: (_series, candles) => Promise.resolve({ stored: candles.length, duplicates: 0 }),
    read: () => Promise.resolve([]),
    readMany: (_series, symbols, { afterMs, beforeMs }) => {
      const candles = [-2, -1, 0, 1, 2]
        .map((minute) => START_MS + minute * MINUTE_MS)
        .filter((openTimeMs) => openTimeMs > afterMs && openTimeMs < beforeMs)
        .map((openTimeMs) => ({ openTimeMs, open: '1', high: '2', low: '1', close: '2', volume: '3' }));
      return Promise.resolve(new Map(symbols.map((symbol) => [symbol, candles])));
    },
    readLatest: () => Promise.resolve([]),
    findBounds: () => Promise.resolve(undefined),
  };
  const registry = new Registry();
  const feed = new LiveFeed({
    source: 'kraken_spot',
    timeframe: '1m',
    pollMs: 1000,
    lateAfterMs: 2000,
    silentAfterMs: 60_000,
    exchange,
    store,
    memory: new CandleMemory(),
    metrics: analystMetrics(registry),
    logger: pino({ level: 'silent' }),
    clock,
    publish: ({ id, payload, stream }) => {
      if (stream === 'notify.events') {
        notices.push(String(payload['message']));
        return Promise.resolve();
      }
      const symbols = (payload['candles'] as { symbol: string }[]).map(({ symbol }) => symbol);
      published.push(`${id} ${symbols.join(' ')}`);
      return Promise.resolve();
    },
    savePosition: () => Promise.resolve(),
    onBackfilled: () => undefined,
  });
  open.push(feed);
  const historyFromMs = START_MS - 10 * MINUTE_MS;
  const symbols = ['BTC-USD', 'ETH-USD'];
  for (const symbol of symbols) exchange.newest.set(symbol, START_MS);
  feed.watch({ sessionId: 's', symbols, historyFromMs, positionMs });
  return { clock, exchange, published, notices, registry, feed };
}

/** Lets time pass in small steps, with the feed's own work done between them. */
async function pass(clock: VirtualClock, ms: number): Promise<void> {
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await settle();
  for (let done = 0; done < ms; done += 250) {
    await clock.advance(250);
    await settle();
  }
}

const closedId = (minute: number) => `candles:kraken_spot:1m:${String(START_MS + minute * MINUTE_MS)}:closed`;
const formingId = (minute: number) => `candles:kraken_spot:1m:${String(START_MS + minute * MINUTE_MS)}:forming`;

test('a step waits for every symbol, and announces the opens that follow', async () => {
  const { clock, exchange, published } = aFeed();
  await pass(clock, 31_000);
  expect(published).toEqual([]);
  exchange.newest.set('BTC-USD', START_MS + MINUTE_MS);
  await pass(clock, 500);
  expect(published).toEqual([]);
  exchange.newest.set('ETH-USD', START_MS + MINUTE_MS);
  await pass(clock, 1000);
  expect(published).toEqual([`${closedId(0)} BTC-USD ETH-USD`, `${formingId(1)} BTC-USD ETH-USD`]);
});

test('a symbol whose candle is late is left out, and nothing is published twice when it comes', async () => {
  const { clock, exchange, published } = aFeed();
  exchange.newest.set('BTC-USD', START_MS + MINUTE_MS);
  await pass(clock, 34_000);
  expect(published).toEqual([`${closedId(0)} BTC-USD`, `${formingId(1)} BTC-USD`]);
  exchange.newest.set('ETH-USD', START_MS + MINUTE_MS);
  await pass(clock, 5000);
  expect(published).toHaveLength(2);
});

test('after a restart only the newest closed candle is a step; those passed unseen are counted', async () => {
  const { clock, published, registry } = aFeed(START_MS - 5 * MINUTE_MS);
  await pass(clock, 0);
  expect(published[0]).toBe(`${closedId(-1)} BTC-USD ETH-USD`);
  const gaps = await registry.getSingleMetricAsString('market_data_gaps_total');
  expect(gaps).toContain('market_data_gaps_total{exchange="fake",symbol="BTC-USD",timeframe="1m"} 3');
});

test('gives again what went out after a close, under the same ids and no younger than it is', async () => {
  const { clock, exchange, feed } = aFeed();
  for (const symbol of exchange.newest.keys()) exchange.newest.set(symbol, START_MS + MINUTE_MS);
  await pass(clock, 32_000);
  const again = await feed.closedSince(START_MS - MINUTE_MS);
  expect(again.map(({ id }) => id)).toEqual([closedId(-1), closedId(0)]);
  expect(again[1]?.payload).toMatchObject({ ts: new Date(START_MS + MINUTE_MS).toISOString() });
  expect(await feed.closedSince(START_MS + MINUTE_MS)).toEqual([]);
});

test('an exchange that is away is asked again with longer pauses, and counted when it is back', async () => {
  const { clock, exchange, published, registry } = aFeed();
  exchange.down = true;
  await pass(clock, 120_000);
  expect(published).toEqual([]);
  exchange.down = false;
  for (const symbol of exchange.newest.keys()) exchange.newest.set(symbol, START_MS + 2 * MINUTE_MS);
  await pass(clock, 60_000);
  expect(published[0]).toBe(`${closedId(1)} BTC-USD ETH-USD`);
  expect(await registry.getSingleMetricAsString('exchange_reconnects_total')).toContain('{exchange="fake"} 1');
});

test('a symbol whose candle does not come is stale: left out, said once, and said again when it is back', async () => {
  const { clock, exchange, published, notices, registry, feed } = aFeed();
  const stale = async () => (await registry.getSingleMetricAsString('market_data_stale')).split('\n').slice(2);
  exchange.newest.set('ETH-USD', START_MS - MINUTE_MS);
  await pass(clock, 5_000);
  exchange.newest.set('BTC-USD', START_MS + MINUTE_MS);
  await pass(clock, 40_000);
  const steps = published.filter((line) => line.includes(':closed'));
  expect(steps).toEqual([`${closedId(0)} BTC-USD`]);
  expect(notices[0]).toMatch(/^No 1m candle of ETH-USD from kraken_spot after that of .*: no new exposure in it$/);
  expect(await stale()).toContain('market_data_stale{exchange="fake",symbol="ETH-USD",timeframe="1m"} 1');
  expect(feed.state().symbols).toMatchObject([
    { symbol: 'BTC-USD', stale: false },
    { symbol: 'ETH-USD', stale: true },
  ]);
  exchange.newest.set('ETH-USD', START_MS + MINUTE_MS);
  await pass(clock, 10_000);
  expect(notices.slice(1)).toEqual(['Candles of ETH-USD from kraken_spot come again']);
  expect(await stale()).toContain('market_data_stale{exchange="fake",symbol="ETH-USD",timeframe="1m"} 0');
});

test('a symbol that nobody waits for any more has no age', async () => {
  const { clock, registry, feed } = aFeed(START_MS - 2 * MINUTE_MS);
  const ages = async () =>
    (await registry.getSingleMetricAsString('market_data_last_candle_close_timestamp_seconds')).split('\n').slice(2);
  await pass(clock, 0);
  expect(await ages()).toHaveLength(2);
  feed.unwatch('s');
  expect(await ages()).toEqual([]);
});

test('a candle without a successor is closed when REST gives it twice alike, long after its close', async () => {
  const { clock, published } = aFeed();
  await pass(clock, 31_500);
  expect(published).toEqual([]);
  await pass(clock, 3_000);
  expect(published).toEqual([`${closedId(0)} BTC-USD ETH-USD`]);
});

test('a closed candle that the venue changes is counted once, and stays as it is stored', async () => {
  const { clock, exchange, published, registry, feed } = aFeed();
  for (const symbol of exchange.newest.keys()) exchange.newest.set(symbol, START_MS + MINUTE_MS);
  await pass(clock, 32_000);
  exchange.close.set(START_MS, '1.5');
  await pass(clock, 3_000);
  const corrections = await registry.getSingleMetricAsString('market_data_corrections_total');
  expect(corrections).toContain('market_data_corrections_total{exchange="fake",symbol="BTC-USD",timeframe="1m"} 1');
  expect(feed.state().symbols.map(({ corrections: count }) => count)).toEqual([1, 1]);
  expect(published).toHaveLength(2);
});
