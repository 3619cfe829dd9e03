import { afterAll, beforeAll, expect, test } from 'vitest';
import { agent } from '../../../agents/market-analyst/src/agent.js';
import { AgentDesk, repositoryConfig, type AgentUnderTest } from '../../support/agent-desk.js';
import { bodyOf } from './body-of.js';
import { DeskDriver } from './desk-driver.js';
import { HOUR_MS, START_MS } from './made-candles.js';
import type { TailEntry } from './stream-tail.js';

const HISTORY = 40;
const FIRST_MS = START_MS + HISTORY * HOUR_MS;
const simulator = (everyMs: number) =>
  `exchange: simulator\nsymbols: [BTC-USD]\nsimulator: { seed: 3, candle_every_ms: ${String(everyMs)}, history: ${String(HISTORY)} }\n`;

let desk: AgentDesk;
let driver: DeskDriver;
let analyst: AgentUnderTest;
let configDir: string;

beforeAll(async () => {
  desk = await AgentDesk.open('market_simulator');
  configDir = desk.configFolder({
    'markets.yaml': repositoryConfig('markets.yaml'),
    'strategies/momentum.yaml': repositoryConfig('strategies/momentum.yaml'),
    'datasources/simulator.yaml': simulator(30),
    'datasources/slow.yaml': simulator(1500),
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

function stepOf({ payload }: TailEntry) {
  const [candle] = payload['candles'] as { open: string; close: string }[];
  return { closed: payload['closed'], openTimeMs: payload['openTimeMs'], open: candle?.open, close: candle?.close };
}

/** Steps through `count` candles of a session; the closed ones. */
async function run(session: { sessionId: string; source: string }, count: number) {
  const steps = [stepOf(await driver.candles.next())];
  while (steps.length < count) {
    await driver.advance(session.sessionId, Number(steps.at(-1)?.openTimeMs) + HOUR_MS);
    const forming = stepOf(await driver.candles.next());
    const closed = stepOf(await driver.candles.next());
    expect(forming).toEqual({ ...closed, closed: false, close: closed.open });
    steps.push(closed);
  }
  return steps;
}

test('a simulated session steps by advance: the next open at once, its close when its time has passed', async () => {
  const session = { sessionId: 'sim-1', source: 'simulator', symbols: ['BTC-USD', 'ETH-USD'], strategy: 'momentum' };
  await driver.watch(session);
  const steps = await run(session, 6);
  expect(steps.map(({ openTimeMs }) => openTimeMs)).toEqual([0, 1, 2, 3, 4, 5].map((n) => FIRST_MS + n * HOUR_MS));
  for (const { payload } of driver.candles.seen) {
    expect(payload).toMatchObject({ simulated: true, source: 'simulator', sessionId: 'sim-1' });
    expect(payload).not.toHaveProperty('last');
  }
  await driver.analyze(session, 'BTC-USD', FIRST_MS + 6 * HOUR_MS);
  expect((await driver.progress.next()).payload).toMatchObject({
    symbol: 'BTC-USD',
    closeTimeMs: FIRST_MS + 6 * HOUR_MS,
  });
  const page = bodyOf(await analyst.get('/analysis/candles?symbol=BTC-USD&source=simulator'));
  expect(page.range).toEqual({ firstOpenTimeMs: START_MS, lastOpenTimeMs: FIRST_MS + 5 * HOUR_MS });
  await driver.unwatch('sim-1');
});

test('killed while a candle forms, the simulator goes on with the same market after the restart', async () => {
  const session = { sessionId: 'sim-2', source: 'slow', symbols: ['BTC-USD'], strategy: 'momentum' };
  await driver.watch(session);
  const first = stepOf(await driver.candles.next());
  await driver.advance('sim-2', Number(first.openTimeMs) + HOUR_MS);
  const forming = stepOf(await driver.candles.next());
  await analyst.handle.stop();
  analyst = await start();
  const closed = stepOf(await driver.candles.next());
  expect(closed).toMatchObject({
    closed: true,
    openTimeMs: (first.openTimeMs as number) + HOUR_MS,
    open: forming.open,
  });
  const seen = driver.candles.seen.map(({ id }) => id);
  expect(new Set(seen).size).toBe(seen.length);
});

test('two sessions over one source have markets of their own, alike where their history begins alike', async () => {
  const symbols = ['BTC-USD'];
  const first = driver.candles.seen.find(({ payload }) => payload['sessionId'] === 'sim-1');
  await driver.watch({ sessionId: 'sim-3', source: 'simulator', symbols, strategy: 'momentum' });
  const again = await driver.candles.next();
  expect(stepOf(again)).toEqual(first === undefined ? undefined : stepOf(first));
  await driver.unwatch('sim-3');
});
