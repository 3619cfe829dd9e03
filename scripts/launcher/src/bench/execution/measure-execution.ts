import { Redis } from 'ioredis';
import { z } from 'zod';
import { createLogger } from '@octant/platform/observe/create-logger';
import { openBus } from '@octant/platform/bus/open-bus';
import type { Bus } from '@octant/platform/bus/bus';
import { makeDeskSchema, openBenchServers } from '../bus/bench-servers.js';
import { quantileOf } from '../quantile.js';
import { BenchSheet } from '../result.js';
import type { BenchOptions } from '../run-benchmark.js';
import type { ExecutionFlags } from './command-line.js';
import { measureComparison } from './measure-comparison.js';
import { LiveExecutor, PREFIX, SCHEMA, until } from './live-executor.js';
import { SimulatedExchange } from './simulated-exchange.js';
import { committed, processorMs } from './what-it-costs.js';

/** In turn: six or so of quote currency, above the least notional, and thousands of them within the account. */
const TURNS = [
  { base: 'BTC', qty: '0.0001', price: '60000' },
  { base: 'ETH', qty: '0.002', price: '3000' },
  { base: 'SOL', qty: '0.05', price: '150' },
];
const WARM_UP = 100;
const LATENCY_AIM_MS = 10;
const MEMORY_AIM_MB = 150;
const SETTLE_MS = 300_000;
const orderWords = z.object({ symbol: z.string() });
const statusWords = z.object({ orderId: z.string(), status: z.string(), reason: z.string().optional() });

interface Desk {
  readonly bus: Bus;
  readonly redis: Redis;
  readonly exchange: SimulatedExchange;
  readonly quote: string;
  /** Orders so far. */
  count: number;
}

/** All figures in one run. @throws Error when something could not be measured. */
export async function measureExecution(options: BenchOptions, flags: ExecutionFlags): Promise<BenchSheet> {
  const sheet = new BenchSheet();
  const { venue, orders, rate, compared } = flags;
  const { closing, say } = options;
  const servers = await openBenchServers(options, 'execution');
  const redis = new Redis(servers.redisUrl);
  closing.add(() => {
    redis.disconnect();
  });
  await redis.flushall();
  await makeDeskSchema(servers, options.root, SCHEMA);
  const exchange = await SimulatedExchange.open(options, venue);
  const executor = await LiveExecutor.open(options, { servers, exchange, venue });
  const logger = createLogger({
    service: 'bench',
    level: 'error',
    secrets: [],
    write: (line) => process.stderr.write(line),
  });
  const bus = openBus({ redisUrl: servers.redisUrl, prefix: PREFIX, agent: 'bench', logger });
  closing.add(async () => {
    await bus.stop(1000);
  });
  const desk: Desk = { bus, redis, exchange, quote: venue === 'kraken' ? 'USD' : 'USDT', count: 0 };
  await publishPaced(desk, WARM_UP, rate);
  await settled(desk);
  say(`latency at ${rate} orders a second`);
  const before = desk.count;
  const costs = await costsSoFar(servers.databaseUrl, executor.pid);
  await publishPaced(desk, orders, rate);
  await settled(desk);
  const spent = await costsSoFar(servers.databaseUrl, executor.pid);
  const latencies = await latenciesOf(desk, before);
  for (const [name, q] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    sheet.add(`exec.orders to the wire at ${rate}/s, ${name}`, 'ms', quantileOf(latencies, q));
  }
  sheet.judge(`exec.orders to the wire at ${rate}/s, p99`, quantileOf(latencies, 0.99), {
    sign: '<=',
    limit: LATENCY_AIM_MS,
  });
  sheet.add('transactions of Postgres an order', '', (spent.transactions - costs.transactions) / orders);
  if (spent.cpuMs !== undefined) {
    sheet.add("the executor's processor time an order", 'ms', (spent.cpuMs - (costs.cpuMs ?? 0)) / orders);
  }
  say('as many as it can');
  sheet.add('sustained', 'orders/s', await measureRate(desk, orders));
  const memory = executor.memoryMb();
  if (memory !== undefined) {
    sheet.add('memory of the executor', 'MB', memory);
    sheet.judge('memory of the executor', memory, { sign: '<=', limit: MEMORY_AIM_MB });
  }
  await executor.stop();
  await bus.stop(1000);
  await measureComparison(options, sheet, { servers, venue, count: compared });
  return sheet;
}

async function costsSoFar(databaseUrl: string, pid: number) {
  return { transactions: await committed(databaseUrl), cpuMs: processorMs(pid) };
}

/** Publishes at an even pace; a call that took long is made up for. */
async function publishPaced(desk: Desk, count: number, perSecond: number): Promise<void> {
  const startedMs = performance.now();
  const pending: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueMs = startedMs + (index * 1000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    pending.push(publish(desk));
  }
  await Promise.all(pending);
}

/** Buys: a sale would have to know what the fees left. */
function publish(desk: Desk): Promise<unknown> {
  const number = desk.count;
  desk.count += 1;
  const turn = TURNS[number % TURNS.length];
  if (turn === undefined) throw new Error('expected a turn');
  const symbol = `${turn.base}-${desk.quote}`;
  const orderId = `bench.${symbol}.${number}.0`;
  const payload = {
    ...{ orderId, symbol, side: 'buy', qty: turn.qty, type: 'market', referencePrice: turn.price },
    ...{ requestId: orderId, sessionId: 'bench', timeframe: '1h', notBeforeMs: Date.now(), haltVersion: 0 },
    approval: { requestId: orderId, riskScore: 0.1 },
    ...{ traceId: '0af7651916cd43dd8448eb211c80319c', ts: new Date().toISOString() },
  };
  return desk.bus.publish({ stream: 'exec.orders', type: 'order', id: `order:${orderId}`, payload });
}

/** Resolves when each order has filled. @throws Error when one was refused, or takes too long. */
async function settled(desk: Desk): Promise<void> {
  await until(
    `${desk.count} orders to be filled`,
    async () => (await desk.exchange.orders()).filter(({ status }) => status === 'filled').length >= desk.count,
    SETTLE_MS,
  ).catch(async (error: unknown) => {
    throw new Error(`${String(error)}; ${(await firstRefusal(desk)) ?? 'none was refused'}`, { cause: error });
  });
}

async function firstRefusal({ redis }: Desk): Promise<string | undefined> {
  const entries = await redis.xrange(`${PREFIX}exec.status`, '-', '+');
  for (const [, fields] of entries) {
    const status = statusWords.parse(JSON.parse(fields[fields.indexOf('data') + 1] ?? '{}'));
    if (status.status === 'rejected') return `${status.orderId}: ${status.reason ?? ''}`;
  }
  return undefined;
}

/** From the entry of each order in its stream to its arrival at the exchange, ms; the orders of a symbol go out as they came. */
async function latenciesOf(desk: Desk, from: number): Promise<number[]> {
  const published = new Map<string, number[]>();
  for (const [id, fields] of await desk.redis.xrange(`${PREFIX}exec.orders`, '-', '+')) {
    const { symbol } = orderWords.parse(JSON.parse(fields[fields.indexOf('data') + 1] ?? '{}'));
    published.set(symbol, [...(published.get(symbol) ?? []), Number(id.split('-')[0])]);
  }
  const latencies: number[] = [];
  const passed = new Map<string, number>();
  for (const { symbol, createdAtMs } of await desk.exchange.orders()) {
    const at = passed.get(symbol) ?? 0;
    passed.set(symbol, at + 1);
    latencies.push(Math.max(0, createdAtMs - (published.get(symbol)?.[at] ?? Number.NaN)));
  }
  return latencies.slice(from);
}

async function measureRate(desk: Desk, orders: number): Promise<number> {
  const before = desk.count;
  await Promise.all(Array.from({ length: orders }, () => publish(desk)));
  await settled(desk);
  const times = (await desk.exchange.orders()).slice(before).map(({ createdAtMs }) => createdAtMs);
  return ((times.length - 1) * 1000) / (Math.max(...times) - Math.min(...times));
}
