import { strategyConfig } from '@octant/trading/config/strategy-config';
import { toCandle } from '@octant/trading/market/candle';
import { parametersOf, strategyOf } from '@octant/trading/strategies/registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agent } from '../../../agents/market-analyst/src/agent.js';
import { AgentDesk, asService, repositoryConfig, type AgentUnderTest } from '../../support/agent-desk.js';
import { bodyOf } from './body-of.js';
import { DeskDriver } from './desk-driver.js';
import { HOUR_MS, madeCandles, rowsOf, START_MS } from './made-candles.js';

const CANDLES = 400;
const WARM = 60;
const momentum = strategyConfig.parse({
  name: 'momentum',
  symbols: ['BTC-USDT', 'ETH-USDT'],
  lookback: 20,
  entry_threshold: 1,
  exit_threshold: -0.5,
});
const symbols = ['ETH-USDT', 'BTC-USDT'];
const series = new Map(symbols.map((symbol) => [symbol, madeCandles(symbol, CANDLES)]));
/** One symbol has a hole, so that its steps carry the other alone. */
const HOLE = 200;
series.get('BTC-USDT')?.splice(HOLE, 3);

let desk: AgentDesk;
let configDir: string;
let analyst: AgentUnderTest;
let driver: DeskDriver;

beforeAll(async () => {
  desk = await AgentDesk.open('market_replay');
  configDir = desk.configFolder({
    'markets.yaml': repositoryConfig('markets.yaml'),
    'strategies/momentum.yaml': JSON.stringify(momentum),
    'agents/market-analyst.yaml': 'ingest_max_candles: 5000\n',
    'orchestrator.yaml': 'datasource: replay\n',
  });
  analyst = await start();
  driver = new DeskDriver(desk);
});

afterAll(async () => {
  driver.close();
  await desk.close();
});

function start(): Promise<AgentUnderTest> {
  return desk.start(agent, { env: { CONFIG_DIR: configDir } });
}

function ingest(body: Record<string, unknown>) {
  return analyst.post('/analysis/ingest', { timeframe: '1h', ...body }, asService);
}

/** What the strategy says on these candles, computed without the agent. */
function expectedSignals(symbol: string) {
  const run = strategyOf(momentum).start(parametersOf(momentum));
  return (series.get(symbol) ?? []).flatMap((candle) => {
    const signal = run.onCandle(toCandle(candle));
    if (signal === undefined || candle.openTimeMs < START_MS + WARM * HOUR_MS) return [];
    return [{ symbol, closeTimeMs: candle.openTimeMs + HOUR_MS, price: candle.close, ...signal }];
  });
}

test('ingest stores every spelling of a symbol once and counts repeats', async () => {
  for (const [symbol, text] of [
    ['BTC-USDT', 'BTCUSDT'],
    ['ETH-USDT', 'eth/usdt'],
  ] as const) {
    const candles = rowsOf(series.get(symbol) ?? []);
    expect((await ingest({ symbol: text, candles })).body).toEqual({ stored: candles.length, duplicates: 0 });
    expect((await ingest({ symbol, candles })).body).toEqual({ stored: 0, duplicates: candles.length });
  }
});

test('ingest names the candle that is unsound, out of order, different or of an unknown symbol', async () => {
  const [first, second] = rowsOf(madeCandles('BTC-USDT', 2));
  const high = [...(second ?? [])];
  high[2] = '1.5';
  const unsound = await ingest({ symbol: 'BTC-USDT', candles: [first, high] });
  expect(unsound.status).toBe(400);
  expect(unsound.body).toMatchObject({ code: 'invalid_candle', index: 1 });
  expect(bodyOf(unsound).detail).toMatch(/^candles\[1\]: high: expected at least the low/);
  const backwards = await ingest({ symbol: 'BTC-USDT', candles: [second, first] });
  expect(bodyOf(backwards).detail).toMatch(/^candles\[1\]: openTimeMs: expected a time after/);
  const other = [...(first ?? [])];
  other[5] = '0.00001';
  const changed = await ingest({ symbol: 'BTC-USDT', candles: [other] });
  expect(changed.status).toBe(409);
  expect(bodyOf(changed).detail).toContain('replay BTC-USDT 1h 2024-01-01T00:00:00.000Z: expected the stored volume');
  const unknown = await ingest({ symbol: 'BTC-USDTT', candles: [first] });
  expect(unknown.body).toMatchObject({ status: 400, code: 'unknown_symbol', nearest: 'BTC-USDT' });
  expect((await analyst.post('/analysis/ingest', { symbol: 'BTC-USDT' })).status).toBe(401);
});

test('stored candles come back verbatim, page by page', async () => {
  const pages = ['/analysis/candles?symbol=ETH-USDT&source=replay&limit=250'];
  const rows: unknown[] = [];
  for (let path = pages.shift(); path !== undefined; path = pages.shift()) {
    const body = bodyOf(await analyst.get(path));
    rows.push(...body.candles);
    expect(body.range).toEqual({ firstOpenTimeMs: START_MS, lastOpenTimeMs: START_MS + (CANDLES - 1) * HOUR_MS });
    if (body.next !== null) pages.push(`${path}&after=${String(body.next)}`);
  }
  expect(rows).toEqual(rowsOf(series.get('ETH-USDT') ?? []));
});

test('a replay steps in lock-step over both symbols, and restarts change no signal', async () => {
  const session = {
    sessionId: 'replay-1',
    source: 'replay',
    symbols,
    strategy: 'momentum',
    fromMs: START_MS + WARM * HOUR_MS,
  };
  await driver.watch(session);
  let steps = 0;
  for (let last = false; !last; steps += 1) {
    if (steps === 100 || steps === 250) {
      await analyst.handle.stop();
      analyst = await start();
    }
    last = await driver.step(session);
  }
  expect(steps).toBe(CANDLES - WARM);
  const stepSymbols = driver.candles.seen.map(({ payload }) =>
    (payload['candles'] as { symbol: string }[]).map(({ symbol }) => symbol),
  );
  expect(stepSymbols[0]).toEqual(symbols);
  expect(stepSymbols[HOLE - WARM]).toEqual(['ETH-USDT']);
  expect(new Set(driver.candles.seen.map(({ id }) => id)).size).toBe(steps);
  const expected = symbols.flatMap(expectedSignals);
  expect(expected.length).toBeGreaterThan(50);
  const signals = [];
  while (signals.length < expected.length) signals.push((await driver.signals.next()).payload);
  const byTime = (a: { closeTimeMs?: unknown; symbol?: unknown }, b: { closeTimeMs?: unknown; symbol?: unknown }) =>
    Number(a.closeTimeMs) - Number(b.closeTimeMs) || String(a.symbol).localeCompare(String(b.symbol));
  const shown = signals.map(({ symbol, closeTimeMs, price, side, confidence }) => ({
    symbol,
    closeTimeMs,
    price,
    side,
    confidence,
  }));
  expect(shown.sort(byTime)).toEqual(expected.sort(byTime));
  expect((await desk.entries('analysis.signals')).length).toBe(expected.length);
});

test('HTTP gives the answer that the stream gave, again and again', async () => {
  const signal = driver.signals.seen.at(-5)?.payload ?? {};
  const { requestId, sessionId, symbol, strategy, closeTimeMs, side, confidence, price } = signal;
  const asked = {
    sessionId,
    symbol,
    strategy,
    source: 'replay',
    timeframe: '1h',
    historyFromMs: START_MS,
    closeTimeMs,
  };
  const expected = { requestId, symbol, strategy, timeframe: '1h', closeTimeMs, signal: side, confidence, price };
  for (const repeat of [1, 2]) {
    const { status, body } = await analyst.post('/analysis/analyze', { requestId, ...asked });
    expect({ status, body, repeat }).toEqual({ status: 200, body: expected, repeat });
  }
  // Another id and an older candle: computed anew, to the same bits.
  const anew = await analyst.post('/analysis/analyze', { ...asked, requestId: 'other', sessionId: 'unheard-of' });
  expect(anew.body).toEqual({ ...expected, requestId: 'other' });
});

test('a candle that is not stored yet is asked for again later', async () => {
  const closeTimeMs = START_MS + (CANDLES + 1) * HOUR_MS;
  const asked = { sessionId: 'replay-1', symbol: 'ETH-USDT', historyFromMs: START_MS, closeTimeMs };
  const { status, body } = await analyst.post('/analysis/analyze', asked);
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: 'behind' });
});

test('a person gets the signal of the latest candle, the last one given and a preview', async () => {
  const body = bodyOf(await analyst.post('/analysis/analyze', { symbol: 'ETH/USDT' }));
  const closeTimeMs = START_MS + CANDLES * HOUR_MS;
  expect(body).toMatchObject({ symbol: 'ETH-USDT', strategy: 'momentum', closeTimeMs });
  const view = bodyOf(await analyst.get('/analysis/signal?symbol=ETH-USDT'));
  expect(view.preview).toEqual({
    signal: body.signal,
    price: body.price,
    closeTimeMs,
    candles: CANDLES,
    ...(body.confidence === undefined ? {} : { confidence: body.confidence }),
  });
  expect(view.last).toMatchObject({ side: expect.stringMatching(/buy|sell/) as unknown });
});

test('the last signal outlives the process', async () => {
  const before = bodyOf(await analyst.get('/analysis/signal?symbol=BTC-USDT')).last;
  expect(before).not.toBeNull();
  await analyst.handle.stop();
  analyst = await start();
  expect(bodyOf(await analyst.get('/analysis/signal?symbol=BTC-USDT')).last).toEqual(before);
});

test('a session without candles fails with a notice that says why', async () => {
  await driver.watch({ sessionId: 'empty', source: 'replay', symbols: ['SOL-USDT'], strategy: 'momentum' });
  await expect.poll(async () => (await desk.entries('notify.events')).length, { timeout: 5000 }).toBe(1);
  const [notice] = await desk.entries('notify.events');
  expect(notice?.payload).toMatchObject({
    type: 'feed_failed',
    severity: 'critical',
    message:
      'Session empty gets no candles: source replay: expected 1h candles of SOL-USDT from the first to the last, was none',
  });
});

test('metrics tell the newest candle and the signals', async () => {
  await driver.watch({ sessionId: 'm', source: 'replay', symbols: ['ETH-USDT'], strategy: 'momentum' });
  await driver.candles.next();
  const metrics = await analyst.metrics();
  const close = String((START_MS + HOUR_MS) / 1000);
  expect(metrics).toContain(
    `market_data_last_candle_close_timestamp_seconds{exchange="replay",symbol="ETH-USDT",timeframe="1h"} ${close}`,
  );
  expect(metrics).toContain('market_data_timeframe_seconds{exchange="replay",symbol="ETH-USDT",timeframe="1h"} 3600');
  await driver.unwatch('m');
});
