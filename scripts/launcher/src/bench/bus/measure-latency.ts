import { quantileOf } from '../quantile.js';
import type { BenchSheet } from '../result.js';
import { DURABILITIES, type Durability } from './cases.js';
import { awaitProgress, type BusBench } from './measured-run.js';
import { inputStreams, PREFIX } from './names.js';
import type { MeasuredProcess } from './measured-process.js';
import type { Progress } from './work-window.js';
import type { Timings } from './worker/protocol.js';

const PER_SECOND = 2_000;
const BYTES = 256;
const P99_LIMIT_MS = 5;
/** One after the other: what the disk lets through at most. */
const WRITES = 500;

const SIDES = {
  bus: 'bus, exactly once with an output',
  bullmq: 'BullMQ, equal work',
} as const;
type Side = keyof typeof SIDES;

/** From publishing to the handler's call, and to the committed effect, at an even pace; both sides in turns. */
export async function measureLatency(bench: BusBench, sheet: BenchSheet, concurrency: number): Promise<void> {
  const { repeats, redis, say } = bench;
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    for (const durability of DURABILITIES) {
      await redis.empty();
      await redis.setDurability(durability);
      addQuantiles(sheet, `latency of a single write, ${durability}`, await redis.timeWrites(WRITES));
      for (const side of ['bus', 'bullmq'] as const) {
        const { timings, perSecond } = await runPaced(bench, { side, durability, concurrency });
        const name = latencyName(side, durability);
        const handledMs = timings.map(([, handledUs]) => handledUs / 1000);
        const committedMs = timings.map(([, , committedUs]) => committedUs / 1000);
        sheet.add(`${name}: published`, 'messages/s', perSecond);
        addQuantiles(sheet, `${name}: to the handler`, handledMs);
        addQuantiles(sheet, `${name}: to the commit`, committedMs);
        const p99Ms = quantileOf(committedMs, 0.99);
        say(`Round ${repeat} of ${repeats}: ${name}: p99 to the commit ${p99Ms.toFixed(2)} ms`);
      }
    }
  }
  for (const durability of DURABILITIES) {
    for (const end of ['handler', 'commit']) {
      const p99Ms = sheet.value(`${latencyName('bus', durability)}: to the ${end}, p99`);
      const name = `p99 at ${PER_SECOND}/s to the ${end}, ms, ${durability}`;
      sheet.judge(name, p99Ms, { sign: '<=', limit: P99_LIMIT_MS });
    }
  }
}

function addQuantiles(sheet: BenchSheet, name: string, timesMs: readonly number[]): void {
  sheet.add(`${name}, p50`, 'ms', quantileOf(timesMs, 0.5));
  sheet.add(`${name}, p99`, 'ms', quantileOf(timesMs, 0.99));
}

function latencyName(side: Side, durability: Durability): string {
  return `latency at ${PER_SECOND}/s, ${SIDES[side]}, ${durability}`;
}

interface PacedRun {
  readonly side: Side;
  readonly durability: Durability;
  readonly concurrency: number;
}

/** Times of the messages that were sent after the warm-up, and the pace that the publisher kept. */
async function runPaced(bench: BusBench, run: PacedRun): Promise<{ timings: Timings; perSecond: number }> {
  const { redis, processes, servers, warmUpMs, measureMs } = bench;
  const { redisUrl } = servers;
  const [stream = ''] = inputStreams(1);
  const count = Math.ceil((PER_SECOND * (warmUpMs + measureMs)) / 1000);
  await redis.empty();
  await redis.setDurability(run.durability);
  const consumer = await startConsumer(bench, run, stream);
  const publisher = await processes.start({
    role: 'publisher',
    to: run.side,
    redisUrl,
    durability: run.durability,
    stream,
    bytes: BYTES,
    perSecond: PER_SECOND,
    count,
  });
  const { perSecond } = await publisher.finished();
  const progress = (): Promise<Progress> =>
    run.side === 'bus' ? redis.streamProgress([`${PREFIX}${stream}`]) : redis.queueProgress(count);
  await awaitProgress(bench, { consumer, progress }, ({ done }) => done === count);
  await publisher.stop();
  const timings = await consumer.timings();
  await consumer.stop();
  if (timings.length !== count) throw new Error(`expected ${count} messages to be timed, was ${timings.length}`);
  const fromUs = Math.min(...timings.slice(0, 100).map(([sentAtUs]) => sentAtUs)) + warmUpMs * 1000;
  return { perSecond, timings: timings.filter(([sentAtUs]) => sentAtUs >= fromUs) };
}

function startConsumer(bench: BusBench, run: PacedRun, stream: string): Promise<MeasuredProcess> {
  const { processes, servers } = bench;
  const { redisUrl } = servers;
  const { durability, concurrency } = run;
  return processes.start(
    run.side === 'bus'
      ? { role: 'bus', redisUrl, durability, streams: [stream], work: 'output', timed: true }
      : { role: 'bullmq', redisUrl, concurrency, work: 'equal', timed: true },
  );
}
