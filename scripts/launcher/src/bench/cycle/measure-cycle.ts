import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Closing } from '../../desk/closing.js';
import type { DeskFiles } from '../../desk/desk-files.js';
import { dropDesk, type DeskName } from '../../desk/drop-desk.js';
import { openDesk, takeDesk, type OpenDesk } from '../../desk/open-desk.js';
import { AGENTS } from '../../fleet/agents.js';
import { findFreeRow } from '../../servers/free-port.js';
import { BenchSheet } from '../result.js';
import type { BenchOptions } from '../run-benchmark.js';
import { benchFiles, benchVariables, writeBenchConfig } from './bench-home.js';
import { CandleTrack } from './candle-track.js';
import { fleetMemoryMb } from './fleet-memory.js';
import { measureDecisions } from './measure-decisions.js';
import { measurePace } from './measure-pace.js';
import { measureReadyTime } from './ready-time.js';
import type { RealDesk } from './real-run.js';
import { StreamLog } from './stream-log.js';

/** The fleet rests so long before its memory is read. */
const IDLE_MS = 5000;
/** What `npm start` uses, in the bench's own servers. */
const STARTED_DESK: DeskName = { prefix: 'octant:', schema: 'octant' };

export interface CycleOptions extends BenchOptions {
  /** Candles of each replay whose pace is measured. */
  readonly candles: number;
}

/** All figures in one run. What it opens it adds to `closing`. @throws Error when something could not be measured. */
export async function measureCycle(options: CycleOptions): Promise<BenchSheet> {
  const { root, say, closing, signal } = options;
  const sheet = new BenchSheet();
  const files = benchFiles(root);
  const env = benchVariables(options.env);
  const basePort = await findFreeRow(AGENTS.length);
  say('npm start, cold and then warm');
  const start = { root, home: files.home, basePort, env, closing, signal };
  await measureReadyTime(start);
  signal.throwIfAborted();
  sheet.add('ready time of a warm npm start', 's', await measureReadyTime(start));
  signal.throwIfAborted();

  const name = newDeskName();
  const desk = await openBenchDesk({ ...options, files, env, basePort, name });
  say('Memory of the idle fleet');
  await sleep(IDLE_MS, undefined, { signal });
  const memoryMb = fleetMemoryMb(desk.fleet);
  if (memoryMb === undefined) say('  not measured: only Linux tells the proportional set size of a process');
  else sheet.add('memory of the idle fleet, PSS', 'MB', memoryMb);

  const real = followDesk(desk, { name, closing, signal });
  const track = new CandleTrack(desk.client);
  await measureDecisions({ desk, real, track, sheet, name, closing, signal, say, logs: files.logs });
  await measurePace({ real, track, sheet, say, candles: options.candles });
  judge(sheet, memoryMb !== undefined);
  return sheet;
}

interface BenchDeskOptions extends CycleOptions {
  readonly files: DeskFiles;
  readonly basePort: number;
  readonly name: DeskName;
}

/** A fleet on the bench's servers, after `npm start` has left them; its data go when it is closed. */
async function openBenchDesk({ files, name, ...options }: BenchDeskOptions): Promise<OpenDesk> {
  const { root, env, basePort, signal, say, closing } = options;
  const configFolder = join(files.run, 'config');
  writeBenchConfig(root, configFolder);
  const deskOptions = {
    files,
    env,
    inherited: env,
    basePort,
    desk: name,
    configFolder,
    disposable: true,
    signal,
    say,
    onEvent: say,
  };
  await takeDesk(deskOptions, closing);
  const desk = await openDesk(deskOptions, closing);
  await dropDesk(desk.servers, STARTED_DESK);
  return desk;
}

function followDesk(
  desk: OpenDesk,
  { name, closing, signal }: { name: DeskName; closing: Closing; signal: AbortSignal },
): RealDesk {
  const [candlesKey, ordersKey] = [`${name.prefix}market.candles`, `${name.prefix}exec.orders`];
  const log = new StreamLog(new Redis(desk.servers.redis.url), [candlesKey, ordersKey]);
  closing.add(() => log.stop());
  return { client: desk.client, log, candlesKey, ordersKey, signal };
}

function judge(sheet: BenchSheet, hasMemory: boolean): void {
  const p50 = sheet.value('decision latency p50');
  sheet.judge('decision latency p50, ms', p50, { sign: '<=', limit: 15 });
  sheet.judge('decision latency p99, ms', sheet.value('decision latency p99'), { sign: '<=', limit: 50 });
  sheet.judge('decision latency p50, real / skeleton', p50 / sheet.value('skeleton latency p50'), {
    sign: '<=',
    limit: 3,
  });
  for (const mode of ['hybrid', 'pubsub']) {
    const pace = sheet.value(`replay pace, ${mode}`);
    sheet.judge(`replay pace in ${mode} mode, candles/s`, pace, { sign: '>=', limit: 60 });
  }
  const ready = sheet.value('ready time of a warm npm start');
  sheet.judge('ready time of a warm npm start, s', ready, { sign: '<=', limit: 8 });
  if (!hasMemory) return;
  const memory = sheet.value('memory of the idle fleet, PSS');
  sheet.judge('memory of the idle fleet, MB', memory, { sign: '<=', limit: 700 });
}

function newDeskName(): DeskName {
  const id = randomBytes(4).toString('hex');
  return { prefix: `octant-bench-${id}:`, schema: `octant_bench_${id}` };
}
