import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCcxtExchange } from '../../../agents/market-analyst/src/adapters/ccxt-exchange.js';
import { agent } from '../../../agents/market-analyst/src/agent.js';
import { AgentDesk, repositoryConfig, type AgentUnderTest } from '../../support/agent-desk.js';
import { bodyOf } from './body-of.js';
import { ExchangeDouble, type DoubleCandle } from './exchange-double.js';
import { StreamTail } from './stream-tail.js';

// Days, so that the real clock does not close a candle in the middle of the test.
const DAY_MS = 86_400_000;
const envelope = { ts: '2024-01-01T00:00:00.000Z', traceId: '0af7651916cd43dd8448eb211c80319c' };
/** The open time of the candle that forms when the test begins; the double's own clock is moved by the test. */
const formingMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;

let desk: AgentDesk;
let exchange: ExchangeDouble;
let analyst: AgentUnderTest;
let candles: StreamTail;
let env: Record<string, string>;

beforeAll(async () => {
  exchange = await ExchangeDouble.open();
  desk = await AgentDesk.open('market_live');
  candles = new StreamTail(desk.servers.redis, `${desk.servers.prefix}market.candles`);
  const configDir = desk.configFolder({
    'markets.yaml': repositoryConfig('markets.yaml'),
    'strategies/momentum.yaml': repositoryConfig('strategies/momentum.yaml'),
    'datasources/kraken_spot.yaml': 'exchange: kraken\nsymbols: [BTC/USD]\npoll_ms: 250\nlate_after_ms: 0\n',
  });
  env = { CONFIG_DIR: configDir, KRAKEN_API_URL: exchange.url };
  analyst = await desk.start(agent, { env });
});

afterAll(async () => {
  candles.close();
  await desk.close();
  exchange.close();
});

function candleAt(openTimeMs: number): DoubleCandle {
  const open = (60_000 + ((openTimeMs / DAY_MS) % 97)).toFixed(1);
  return { openTimeMs, open, high: '70000.0', low: '50000.0', close: '60100.10', volume: '1.50000000' };
}

function fill(fromMs: number, toMs: number): void {
  exchange.candles = [];
  for (let at = fromMs; at <= toMs; at += DAY_MS) exchange.candles.push(candleAt(at));
}

async function command(id: string, fields: Record<string, unknown>): Promise<void> {
  const payload = { ...fields, ...envelope };
  await desk.bus.publish({ stream: 'orchestrator.commands', type: String(fields['type']), id, payload });
}

async function next() {
  const { id, payload } = await candles.next();
  const { closed, openTimeMs, candles: rows } = payload;
  return { id, closed, openTimeMs, candles: rows, sessionId: payload['sessionId'] };
}

test.each([
  { id: 'kraken', symbol: 'BTC-USD' },
  { id: 'binance', symbol: 'BTC-USDT' },
])('the real $id class gives candles with the digits that the exchange sent', async ({ id, symbol }) => {
  fill(formingMs - 5 * DAY_MS, formingMs);
  const live = await openCcxtExchange({ id, apiUrl: exchange.url });
  const sinceMs = formingMs - 3 * DAY_MS;
  const found = await live.fetchCandles({ symbol, timeframe: '1d', sinceMs, limit: 10 });
  expect(found).toEqual([3, 2, 1, 0].map((back) => candleAt(formingMs - back * DAY_MS)));
  expect(() => {
    live.assertServes('4h');
  }).not.toThrow();
});

test('an exchange that ccxt does not have is named, and so is one that does not answer', async () => {
  await expect(openCcxtExchange({ id: '../kraken', apiUrl: undefined })).rejects.toMatchObject({
    code: 'unknown_exchange',
  });
  exchange.down = true;
  const live = await openCcxtExchange({ id: 'kraken', apiUrl: exchange.url });
  const query = { symbol: 'BTC-USD', timeframe: '1d', sinceMs: 0, limit: 10 } as const;
  await expect(live.fetchCandles(query)).rejects.toMatchObject({ code: 'exchange_unreachable', status: 503 });
  exchange.down = false;
});

test('a live session gets history first, then each candle once when its successor is seen', async () => {
  fill(formingMs - 30 * DAY_MS, formingMs);
  await command('watch:live', {
    type: 'watch',
    sessionId: 'live',
    source: 'kraken_spot',
    symbols: ['BTC-USD'],
    timeframe: '1d',
    strategy: 'momentum',
    historyFromMs: formingMs - 20 * DAY_MS,
  });
  const stored = async () =>
    bodyOf(await analyst.get('/analysis/candles?symbol=BTC-USD&source=kraken_spot&timeframe=1d'));
  await expect.poll(async () => (await stored()).candles.length, { timeout: 20_000 }).toBe(20);
  fill(formingMs - 30 * DAY_MS, formingMs + DAY_MS);
  const row = { symbol: 'BTC-USD', ...candleAt(formingMs), openTimeMs: undefined };
  const closed = await next();
  expect(closed).toMatchObject({
    id: `candles:kraken_spot:1d:${String(formingMs)}:closed`,
    closed: true,
    openTimeMs: formingMs,
  });
  expect(closed.sessionId).toBeUndefined();
  expect(closed.candles).toEqual([JSON.parse(JSON.stringify(row))]);
  const { open } = candleAt(formingMs + DAY_MS);
  const price = { open, high: open, low: open, close: open, volume: '0' };
  expect(await next()).toMatchObject({ closed: false, candles: [{ symbol: 'BTC-USD', ...price }] });
});

test('candles that are missing are counted and asked for again before the step goes out', async () => {
  exchange.hidden.add(formingMs + 2 * DAY_MS);
  fill(formingMs - 30 * DAY_MS, formingMs + 4 * DAY_MS);
  expect(await next()).toMatchObject({ closed: true, openTimeMs: formingMs + 3 * DAY_MS });
  expect(await next()).toMatchObject({ closed: false, openTimeMs: formingMs + 4 * DAY_MS });
  const { candles: rows } = bodyOf(
    await analyst.get('/analysis/candles?symbol=BTC-USD&source=kraken_spot&timeframe=1d&limit=5000'),
  );
  const opens = rows.map(([openTimeMs]) => openTimeMs);
  expect(opens).toEqual(opens.map((_, index) => (opens[0] ?? 0) + index * DAY_MS));
  expect(await analyst.metrics()).toMatch(/market_data_gaps_total\{[^}]*exchange="kraken"[^}]*\} [1-9]/);
});

test('an outage is waited out, and a restarted analyst goes on with the next candle', async () => {
  exchange.down = true;
  await analyst.handle.stop();
  exchange.requests = [];
  analyst = await desk.start(agent, { env });
  await expect.poll(() => exchange.requests.length, { timeout: 10_000 }).toBeGreaterThan(1);
  fill(formingMs - 30 * DAY_MS, formingMs + 5 * DAY_MS);
  exchange.down = false;
  expect(await next()).toMatchObject({ closed: true, openTimeMs: formingMs + 4 * DAY_MS });
  expect(await analyst.metrics()).toContain('exchange_reconnects_total{exchange="kraken"} 1');
  await command('unwatch:live', { type: 'unwatch', sessionId: 'live' });
});

test('a timeframe that the exchange does not have fails the session with a notice', async () => {
  const folder = desk.configFolder({
    'markets.yaml': repositoryConfig('markets.yaml'),
    'strategies/momentum.yaml': repositoryConfig('strategies/momentum.yaml'),
    'datasources/coinbase_advanced.yaml': 'exchange: coinbase\nsymbols: [BTC-USD]\n',
  });
  await analyst.handle.stop();
  analyst = await desk.start(agent, { env: { ...env, CONFIG_DIR: folder } });
  await command('watch:4h', {
    type: 'watch',
    sessionId: 'four-hours',
    source: 'coinbase_advanced',
    symbols: ['BTC-USD'],
    timeframe: '4h',
    strategy: 'momentum',
    historyFromMs: 0,
  });
  const notices = async () => (await desk.entries('notify.events')).map(({ payload }) => payload['message']);
  await expect
    .poll(notices, { timeout: 10_000 })
    .toEqual([expect.stringContaining('timeframe of coinbase: expected one of 1m, 5m, 15m, 30m, 1h')]);
});
