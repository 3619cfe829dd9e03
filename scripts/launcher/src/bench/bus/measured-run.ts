import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../run-benchmark.js';
import type { BenchRedis } from './bench-redis.js';
import type { BenchServers } from './bench-servers.js';
import type { MeasuredProcess, MeasuredProcesses } from './measured-process.js';
import { workBetween, type Progress, type Reading, type WorkWindow } from './work-window.js';

/** What every measurement of the bus works with. */
export interface BusBench extends BenchOptions {
  readonly servers: BenchServers;
  readonly redis: BenchRedis;
  readonly processes: MeasuredProcesses;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly repeats: number;
}

/** A consumer at work, and how far it is with what lies ready for it. */
export interface ConsumerRun {
  readonly consumer: MeasuredProcess;
  readonly progress: () => Promise<Progress>;
}

const POLL_MS = 20;
/** Nothing is done for so long: it stands still. */
const STANDSTILL_MS = 30_000;

/** Polls until `reached`. @throws Error when nothing moves any more, or the consumer has ended. */
export async function awaitProgress(
  { signal }: Pick<BusBench, 'signal'>,
  { consumer, progress }: ConsumerRun,
  reached: (progress: Progress) => boolean,
): Promise<Progress> {
  let movedAtMs = performance.now();
  let last = -1;
  for (;;) {
    const now = await progress();
    if (reached(now)) return now;
    if (now.done !== last) [last, movedAtMs] = [now.done, performance.now()];
    consumer.checkAlive();
    if (performance.now() - movedAtMs > STANDSTILL_MS) {
      throw new Error(`expected the consumer to go on, but it stands still at ${now.done}, ${now.waiting} waiting`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/**
 * The steady state of a consumer that has begun to work: the warm-up passes, then the measured time. `undefined` when the
 * backlog was used up before its end.
 */
export async function measureWindow(bench: BusBench, run: ConsumerRun): Promise<WorkWindow | undefined> {
  const { redis, signal, warmUpMs, measureMs } = bench;
  const read = async (): Promise<Reading> => {
    const figures = await redis.figures();
    const { cpuUs } = await run.consumer.usage();
    const seen = await run.progress();
    return { atMs: performance.now(), progress: seen, redis: figures, consumerCpuUs: cpuUs };
  };
  await awaitProgress(bench, run, ({ done }) => done > 0);
  await sleep(warmUpMs, undefined, { signal });
  const before = await read();
  if (before.progress.waiting === 0) return undefined;
  await sleep(measureMs, undefined, { signal });
  const after = await read();
  return after.progress.waiting === 0 ? undefined : workBetween(before, after);
}
