import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createLogger } from '@octant/platform/observe/create-logger';
import { openBus } from '@octant/platform/bus/open-bus';
import { openDatabase, type OpenDatabase } from '@octant/platform/postgres/open-database';
import { Redis } from 'ioredis';
import { makeDeskSchema, openBenchServers, type BenchServers } from '../bench/bus/bench-servers.js';
import { benchFiles } from '../bench/cycle/bench-home.js';
import { until } from '../bench/execution/live-executor.js';
import type { BenchOptions } from '../bench/run-benchmark.js';
import type { ChaosOrdersFlags } from './command-line.js';
import { namesOf, VenueDesk } from './desk.js';
import { doFault } from './do-fault.js';
import { Lane } from './lane.js';
import { digestOf, planFaults, type PlannedFault } from './plan/faults.js';
import type { ChaosVenue } from './plan/market.js';
import { planOrders } from './plan/orders.js';
import { resultOf, type ChaosOrdersResult, type DoneFault, type VenueRun } from './result.js';
import { Simulator } from './simulator.js';
import { judgeOrders } from './truth/judge-orders.js';
import { readBooks, readStatuses } from './truth/read-books.js';

const NAME = 'chaos-orders';
const SETTLE_MS = 90_000;
const PROGRESS_MS = 10_000;

interface Stage {
  readonly options: BenchOptions;
  readonly flags: ChaosOrdersFlags;
  readonly servers: BenchServers;
  readonly points: readonly string[];
}

/** One run from empty servers to the three ledgers of each venue. @throws Error when the desk does not come up or settle. */
export async function runChaosOrders(flags: ChaosOrdersFlags, options: BenchOptions): Promise<ChaosOrdersResult> {
  const { root, say } = options;
  const startedMs = performance.now();
  const servers = await openBenchServers(options, NAME);
  const points = await readCrashPoints(root);
  const venues: readonly ChaosVenue[] = flags.venue === 'both' ? ['binance', 'kraken'] : [flags.venue];
  const stage: Stage = { options, flags, servers, points };
  say(
    `Chaos of orders with seed ${flags.seed}: ${flags.orders} orders, ${flags.faults} faults, ${venues.join(' and ')}`,
  );
  const runs = await Promise.all(venues.map((venue, index) => runVenue(stage, { venue, index, of: venues.length })));
  return resultOf({ flags, points, runs, tookMs: Math.round(performance.now() - startedMs) });
}

async function runVenue(
  stage: Stage,
  { venue, index, of }: { readonly venue: ChaosVenue; readonly index: number; readonly of: number },
): Promise<VenueRun> {
  const { flags, options, points } = stage;
  const { seed } = flags;
  const share = (total: number): number => Math.floor(total / of) + (index < total % of ? 1 : 0);
  const orders = planOrders(seed, venue, share(flags.orders));
  const faults = planFaults({ seed, venue, orders: orders.length, faults: share(flags.faults), points });
  const { lane, database } = await openLane(stage, venue, orders);
  const done: DoneFault[] = [];
  const stopProgress = sayProgress(options, () => {
    const { deaths } = lane.parts.desk.process;
    return `  ${venue}: ${lane.published.length} of ${orders.length} orders, ${done.length} of ${faults.length} faults, ${deaths.length} deaths`;
  });
  try {
    for (const planned of faults) done.push(await next(lane, planned));
    await lane.opened();
    await lane.publish(lane.left);
    await settle(lane, database);
  } finally {
    stopProgress();
  }
  await lane.close();
  const { desk, simulator, redis, prefix } = lane.parts;
  const stoppedInOrder = await desk.process.stop();
  const books = await readBooks(database);
  const statuses = await readStatuses(redis, prefix);
  const ledger = await simulator.ledger();
  const { published, planted } = lane;
  return {
    venue,
    digest: digestOf(faults),
    orders: books.orders,
    fills: books.fills.length,
    venueOrders: ledger.orders.length - planted.length,
    venueFills: ledger.fills.length,
    done,
    deaths: desk.process.deaths,
    fired: Object.fromEntries(await simulator.countFired()),
    stoppedInOrder,
    violations: judgeOrders({ published, planted, venue: ledger, books, statuses }),
  };
}

/** Publishes what comes before the fault, and does it. */
async function next(lane: Lane, { atOrder, fault }: PlannedFault): Promise<DoneFault> {
  lane.parts.signal.throwIfAborted();
  await lane.opened();
  await lane.publish(Math.max(0, atOrder - lane.published.length));
  return { fault, cameAbout: await doFault(lane, fault) };
}

async function openLane(
  { options, flags, servers }: Stage,
  venue: ChaosVenue,
  orders: ReturnType<typeof planOrders>,
): Promise<{ lane: Lane; database: OpenDatabase }> {
  const { root, env, closing, signal } = options;
  const { seed } = flags;
  const { redisUrl, databaseUrl } = servers;
  const { prefix, schema } = namesOf(venue);
  const home = benchFiles(root, `bench-${NAME}`).home;
  rmSync(join(home, 'logs', `${venue}.log`), { force: true });
  mkdirSync(join(home, 'logs'), { recursive: true });
  await makeDeskSchema(servers, root, schema);
  const simulator = await Simulator.open({ root, closing, venue, seed });
  const logger = createLogger({
    service: NAME,
    level: 'fatal',
    secrets: [],
    write: (line) => process.stderr.write(line),
  });
  const redis = new Redis(redisUrl);
  const database = openDatabase({ connection: databaseUrl, schema, applicationName: NAME });
  const bus = openBus({ redisUrl, prefix, agent: NAME, logger });
  closing.add(async () => {
    await bus.stop(1000);
    redis.disconnect();
    await database.end();
  });
  const desk = await VenueDesk.open({ root, home, env, venue, simulator, servers });
  closing.add(async () => {
    await desk.process.stop();
  });
  const lane = await Lane.open({ venue, seed, desk, simulator, redis, prefix, bus, orders, signal, logger });
  closing.add(() => lane.close());
  await desk.confirm(venue);
  await lane.opened();
  lane.moveMarket();
  return { lane, database };
}

/** Peace, and then everything at an end: every order taken, none open, nothing unpublished, compared once more. */
async function settle(lane: Lane, database: OpenDatabase): Promise<void> {
  const { simulator, desk, venue } = lane.parts;
  await simulator.setFaults([]);
  await simulator.setMaintenance(0);
  await simulator.setClockSkew(0);
  desk.process.dieAt(null);
  await until(
    `the orders of ${venue} to be taken`,
    async () => (await numberOf(database, 'SELECT count(*) AS n FROM orders')) >= lane.published.length,
    SETTLE_MS,
  );
  await lane.opened();
  await until(
    `the orders of ${venue} to end`,
    async () => {
      await desk.tryCommand('/admin/trade/cancel-all', {});
      await sleep(500);
      return (await numberOf(database, OPEN_ORDERS)) === 0;
    },
    SETTLE_MS,
  );
  const last = await desk.lastComparison();
  await until(`${venue} to be compared once more`, async () => (await desk.lastComparison()) !== last, SETTLE_MS);
  await until(
    `the messages of ${venue} to be published`,
    async () => (await numberOf(database, 'SELECT count(*) AS n FROM outbox WHERE published_at IS NULL')) === 0,
    SETTLE_MS,
  );
}

const OPEN_ORDERS = `SELECT count(*) AS n FROM orders
  WHERE state IN ('intended', 'sent', 'acknowledged', 'partially_filled', 'unknown')`;

async function numberOf(database: OpenDatabase, sql: string): Promise<number> {
  const { rows } = await database.query<{ n: string }>(sql);
  return Number(rows[0]?.n);
}

function sayProgress({ say }: BenchOptions, describe: () => string): () => void {
  const timer = setInterval(() => {
    say(describe());
  }, PROGRESS_MS);
  return () => {
    clearInterval(timer);
    say(describe());
  };
}

/** Names of the crash points of the executor's build; the launcher knows no agent otherwise. */
async function readCrashPoints(root: string): Promise<readonly string[]> {
  const file = join(root, 'agents', 'trade-executor', 'dist', 'live', 'crash-points.js');
  const module = (await import(pathToFileURL(file).href)) as { liveCrashPoints: Readonly<Record<string, string>> };
  return Object.keys(module.liveCrashPoints);
}
