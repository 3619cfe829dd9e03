import { afterAll, beforeAll, expect, test } from 'vitest';
import { agent } from '../../../agents/market-analyst/src/agent.js';
import { AgentDesk, part, repositoryConfig, type AgentUnderTest } from '../../support/agent-desk.js';
import { bodyOf } from './body-of.js';
import { ExchangeDouble, type DoubleCandle } from './exchange-double.js';
import { StreamTail } from './stream-tail.js';

const DAY_MS = 86_400_000;
const envelope = { ts: '2024-01-01T00:00:00.000Z', traceId: '0af7651916cd43dd8448eb211c80319c' };
const formingMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;

let desk: AgentDesk;
let exchange: ExchangeDouble;
let analyst: AgentUnderTest;
let candles: StreamTail;
let env: Record<string, string>;

beforeAll(async () => {
  exchange = await ExchangeDouble.open();
  desk = await AgentDesk.open('market_socket');
  candles = new StreamTail(desk.servers.redis, `${desk.servers.prefix}market.candles`);
  const configDir = desk.configFolder({
    'markets.yaml': repositoryConfig('markets.yaml'),
    'strategies/momentum.yaml': repositoryConfig('strategies/momentum.yaml'),
    // Polled so seldom that a candle which comes in time came because the socket said so.
    'datasources/binance_spot.yaml':
      'exchange: binance\nsymbols: [BTCUSDT]\ntransport: websocket\npoll_ms: 600000\nsilent_after_ms: 4000\nlate_after_ms: 0\n',
    'datasources/another.yaml': 'exchange: binanceus\nsymbols: [BTC/USDT]\ntransport: rest\npoll_ms: 250\n',
  });
  env = { CONFIG_DIR: configDir, BINANCE_API_URL: exchange.url, BINANCEUS_API_URL: exchange.url };
  analyst = await desk.start(agent, { env });
});

afterAll(async () => {
  candles.close();
  await desk.close();
  exchange.close();
});

function candleAt(openTimeMs: number): DoubleCandle {
  return { openTimeMs, open: '60000.10', high: '70000.00', low: '50000.00', close: '60100.10', volume: '1.50000000' };
}

function fill(days: number, toMs: number): void {
  exchange.candles = Array.from({ length: days + 1 }, (_, back) => candleAt(toMs - (days - back) * DAY_MS));
}

async function watch(sessionId: string, source: string, days: number): Promise<void> {
  const fields = { sessionId, source, symbols: ['BTC-USDT'], timeframe: '1d', strategy: 'momentum' };
  const payload = { type: 'watch', ...fields, historyFromMs: formingMs - days * DAY_MS, ...envelope };
  await desk.bus.publish({ stream: 'orchestrator.commands', type: 'watch', id: `watch:${sessionId}`, payload });
}

async function storedOf(source: string): Promise<number[]> {
  const opens: number[] = [];
  for (let after = 0; ; after = opens.at(-1) ?? 0) {
    const path = `/analysis/candles?symbol=BTC-USDT&source=${source}&timeframe=1d&limit=5000&after=${String(after)}`;
    const answer = await analyst.get(path);
    opens.push(...bodyOf(answer).candles.map(([openTimeMs]) => openTimeMs));
    if (part(answer.body, 'next') === null) return opens;
  }
}

const next = async () => {
  const { payload } = await candles.next();
  return [payload['closed'], payload['openTimeMs']];
};
const kline = (openTimeMs: number) => {
  exchange.socket.sendKline('BTCUSDT', '1d', candleAt(openTimeMs));
};
const feedOf = async (source: string) => {
  const feeds = part((await analyst.get('/analysis/feeds')).body, 'feeds') as { source: string }[];
  return feeds.find((feed) => feed.source === source);
};

test('the socket shows that a candle has closed, REST says its values, and it goes out once', async () => {
  fill(30, formingMs);
  await watch('socket', 'binance_spot', 20);
  await expect.poll(() => exchange.socket.subscribed, { timeout: 20_000 }).toContain('btcusdt@kline_1d');
  await expect.poll(() => storedOf('binance_spot'), { timeout: 20_000 }).toHaveLength(20);
  kline(formingMs);
  await expect.poll(() => feedOf('binance_spot'), { timeout: 5_000 }).toMatchObject({ transport: 'websocket' });
  fill(30, formingMs + DAY_MS);
  // The successor, twice, and one that comes too late.
  kline(formingMs + DAY_MS);
  kline(formingMs + DAY_MS);
  kline(formingMs);
  expect(await next()).toEqual([true, formingMs]);
  expect(await next()).toEqual([false, formingMs + DAY_MS]);
});

test('a socket that is silent, or cut, is opened again, and REST goes on meanwhile', async () => {
  const { opened } = exchange.socket;
  fill(30, formingMs + 2 * DAY_MS);
  expect(await next()).toEqual([true, formingMs + DAY_MS]);
  expect(await next()).toEqual([false, formingMs + 2 * DAY_MS]);
  await expect.poll(() => exchange.socket.opened, { timeout: 20_000 }).toBeGreaterThan(opened);
  expect(await analyst.metrics()).toMatch(
    /market_data_socket_reconnects_total\{exchange="binance",reason="silent"\} [1-9]/,
  );
  const before = exchange.socket.opened;
  exchange.socket.drop();
  await expect.poll(() => exchange.socket.opened, { timeout: 20_000 }).toBeGreaterThan(before);
  await expect
    .poll(() => analyst.metrics(), { timeout: 5_000 })
    .toMatch(/market_data_socket_reconnects_total\{exchange="binance",reason="failed"\} [1-9]/);
});

test('a data source is a file, and a back-fill that was cut goes on where it was', async () => {
  exchange.asked = [];
  exchange.downAfter = 2;
  fill(1400, formingMs);
  await watch('cut', 'another', 1300);
  await expect.poll(() => storedOf('another'), { timeout: 20_000 }).not.toHaveLength(0);
  await analyst.handle.stop();
  const [stored, asked] = [exchange.asked.length, [...exchange.asked]];
  exchange.downAfter = Number.POSITIVE_INFINITY;
  exchange.asked = [];
  analyst = await desk.start(agent, { env });
  await expect.poll(() => storedOf('another'), { timeout: 20_000 }).toHaveLength(1300);
  const opens = await storedOf('another');
  expect(opens).toEqual(opens.map((_, day) => formingMs - (1300 - day) * DAY_MS));
  expect([stored, asked[0]]).toEqual([2, formingMs - 1300 * DAY_MS - 1]);
  const ofAnother = exchange.asked.filter((askedMs) => askedMs < formingMs - 30 * DAY_MS);
  expect(Math.min(...ofAnother)).toBeGreaterThan(formingMs - 400 * DAY_MS);
  expect(await analyst.metrics()).toMatch(/rate_budget_weight_total\{budget="binanceus",priority="3"\} [1-9]/);
});

test('an analyst that went down while a candle formed publishes it once, and none is missing', async () => {
  fill(30, formingMs + 3 * DAY_MS);
  const closed = async () => {
    kline(formingMs + 3 * DAY_MS);
    const entries = await desk.entries('market.candles');
    const own = entries.filter(({ payload }) => payload['source'] === 'binance_spot' && payload['closed'] === true);
    return own.map(({ payload }) => payload['openTimeMs']);
  };
  const days = [0, 1, 2].map((day) => formingMs + day * DAY_MS);
  await expect.poll(closed, { timeout: 20_000, interval: 500 }).toEqual(days);
  expect((await storedOf('binance_spot')).slice(-3)).toEqual(days);
});
