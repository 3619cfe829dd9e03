import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosFlags } from './command-line.js';
import { Crew } from './crew.js';
import { injectFaults, type DoneFault } from './inject-faults.js';
import { Observer } from './observer.js';
import { openServers, tidyServers, type ChaosServers } from './open-servers.js';
import { rootsOf, type Root, type RootPlan } from './plan/roots.js';
import { digestOfSchedule, planFaults, type Fault, type PlannedFault } from './plan/schedule.js';
import { readEvents } from './processes/event-log.js';
import { findFaults, type ChaosResult } from './result.js';
import { makeLedger } from './truth/ledger.js';
import { readTruth } from './truth/read-truth.js';
import { measureTakeovers } from './truth/takeover.js';
import type { VerdictContext } from './run-verdict.js';
import { unlessStandstill } from './standstill.js';
import { Throttle } from './throttle.js';
import { waitUntilDrained } from './wait-until-drained.js';
import { InvariantWatch } from './watch-invariants.js';

/** Of the bus; stalls are longer. */
const LEASE_MS = 2_000;
/** Longer than the provider is slow: what comes late is in the ledger, too. */
const AFTERMATH_MS = 2_600;
/** Time that each sort of fault wants, and the most messages a second without faults. */
const PACE = { workerKillMs: 600, redisKillMs: 2_500, postgresStopMs: 5_000, flushMs: 8_000, mostPerSecond: 1_000 };

/** One run from the empty servers to the ledger. */
export async function runChaos(flags: ChaosFlags, context: VerdictContext): Promise<ChaosResult> {
  const { closing, signal, say } = context;
  const plan: RootPlan = { seed: flags.seed, messages: flags.messages, rebuildable: flags.flushes > 0 };
  const roots = rootsOf(plan);
  const faults = planFaults({ ...flags, leaseMs: LEASE_MS });
  const digest = digestOfSchedule(faults);
  say(`Chaos with seed ${flags.seed}: ${flags.messages} messages, ${faults.length} faults (${digest})`);
  const home = join(context.root, '.octant', flags.home);
  const servers = await openServers({ root: context.root, home, env: context.env, closing, say });
  const observer = new Observer(servers);
  closing.add(() => observer.close());
  const crew = new Crew({ home, servers, observer, plan, workers: flags.workers, rate: rateOf(flags) });
  closing.add(async () => {
    await crew.stop(2_000);
  });
  await crew.start(signal);
  say(`  ${flags.workers} workers are up`);
  const seen = await underLoad({ crew, observer, servers, roots, faults, context });
  const stoppedInOrder = await crew.stop();
  const truth = await readTruth(observer, {
    providerLog: crew.providerLog,
    keys: new Set(roots.map(({ key }) => key)),
  });
  const events = crew.workers.flatMap(({ name }) => readEvents(crew.eventFile(name)));
  const outages = [...servers.redis.outages, ...servers.postgres.outages];
  const takeover = measureTakeovers({ deaths: crew.deaths, events, outages });
  const result = {
    seed: flags.seed,
    messages: flags.messages,
    workers: flags.workers,
    ...makeLedger(roots, truth),
    takeoverP99Ms: takeover.p99Ms,
    drainedMs: seen.drainedMs,
    loadMs: seen.loadMs,
    schedule: { digest, byKind: countKinds(faults), faults, done: seen.done },
    workerDeaths: crew.deaths.length,
    takeover,
    watch: seen.watch,
    overlaps: events.filter(({ kind }) => kind === 'overlapped').length,
    stoppedInOrder,
  };
  const ok = findFaults(result).length === 0;
  if (ok && flags.keep !== true) await tidyServers(servers);
  return { ...result, ok };
}

interface Load {
  readonly crew: Crew;
  readonly observer: Observer;
  readonly servers: ChaosServers;
  readonly roots: readonly Root[];
  readonly faults: readonly PlannedFault[];
  readonly context: VerdictContext;
}

/** Messages and faults, and then peace until all is done. */
async function underLoad({ crew, observer, servers, roots, faults, context }: Load) {
  const { signal, say } = context;
  const watch = new InvariantWatch(observer, crew.providerLog);
  watch.start();
  const throttle = new Throttle(observer, crew);
  throttle.start();
  context.closing.add(async () => {
    await throttle.stop();
    await watch.stop();
  });
  const startedAt = performance.now();
  const done: DoneFault[] = [];
  const publishAll = async (): Promise<void> => {
    await injectFaults({
      faults,
      messages: roots.length,
      crew,
      servers,
      signal,
      flush: async () => {
        await observer.redis.flushall();
      },
      onDone: (fault) => done.push(fault),
    });
    while (crew.published < roots.length) await sleep(20, undefined, { signal });
  };
  await unlessStandstill(publishAll, {
    progress: () => crew.published + done.length,
    describe: () => `${crew.describe()}; ${done.length} of ${faults.length} faults done`,
  });
  await throttle.stop();
  await Promise.all([crew.producer, ...crew.workers].map((child) => child.ready(signal)));
  const loadMs = Math.round(performance.now() - startedAt);
  say(`  ${roots.length} messages and ${done.length} faults in ${loadMs} ms, waiting until all is done`);
  const drainedMs = (await waitUntilDrained(observer, { roots, signal })) ?? null;
  await sleep(AFTERMATH_MS, undefined, { signal });
  return { done, loadMs, drainedMs, watch: await watch.stop() };
}

/** Messages a second that leave the faults the time they want. */
function rateOf({ rate, messages, workerKills, redisKills, postgresStops, flushes }: ChaosFlags): number {
  const wantedMs = Math.max(
    workerKills * PACE.workerKillMs,
    redisKills * PACE.redisKillMs,
    postgresStops * PACE.postgresStopMs,
    flushes * PACE.flushMs,
    (messages * 1_000) / PACE.mostPerSecond,
  );
  return rate ?? (messages * 1_000) / wantedMs;
}

function countKinds(faults: readonly PlannedFault[]): Partial<Record<Fault['kind'], number>> {
  const counts: Partial<Record<Fault['kind'], number>> = {};
  for (const { fault } of faults) counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
  return counts;
}
