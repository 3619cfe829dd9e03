import { countEffects, emptyTables } from './bench-servers.js';
import type { Backlog } from './backlog.js';
import type { RateCase, Setting } from './cases.js';
import { fillQueue } from './fill-queue.js';
import { measureWindow, type BusBench, type ConsumerRun } from './measured-run.js';
import { inputStreams, MESSAGE_TYPE, PREFIX } from './names.js';
import { padOf } from './payload.js';
import type { Progress, WorkWindow } from './work-window.js';

const MOST_TRIES = 6;
/** What a message of the case leaves behind, besides being done. */
const OUTPUT_CASES: readonly RateCase[] = ['raw-output', 'bus-exactly-once', 'bus-inbox', 'bullmq-equal'];

export interface RateRun extends Setting {
  /** Of BullMQ's worker. */
  readonly concurrency: number;
  /** Streams that the messages are spread over; default 1. */
  readonly streams?: number;
  /** Entries that the stream holds and the group is done with; default 0. */
  readonly entriesBefore?: number;
}

/** One measured run on an emptied Redis, begun again with more messages when they did not last. */
export async function measureRate(bench: BusBench, backlog: Backlog, run: RateRun): Promise<WorkWindow> {
  const name = `${run.rateCase} ${run.durability}`;
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    bench.signal.throwIfAborted();
    const count = backlog.size(name, (bench.warmUpMs + bench.measureMs) / 1000);
    const supply = await (run.rateCase.startsWith('bullmq') ? supplyQueue : supplyStreams)(bench, run, count);
    const window = await measureWindow(bench, supply);
    await supply.consumer.stop();
    await checkWork(bench, run, await supply.progress());
    if (window !== undefined) {
      backlog.learn(name, window.perSecond);
      return window;
    }
    backlog.ranOut(name);
  }
  throw new Error(`expected messages to last for the measured time of ${name}, but they ran out ${MOST_TRIES} times`);
}

async function supplyStreams(bench: BusBench, run: RateRun, count: number): Promise<ConsumerRun> {
  const { redis, processes, servers } = bench;
  const { rateCase, durability, entriesBefore = 0 } = run;
  const streams = inputStreams(run.streams ?? 1);
  const keys = streams.map((stream) => `${PREFIX}${stream}`);
  const messages = { pad: padOf(run.bytes), type: MESSAGE_TYPE };
  await redis.empty();
  if (rateCase === 'bus-inbox') await emptyTables(servers);
  await redis.fill(keys, { first: 1, count: entriesBefore, ...messages });
  for (const key of keys) await redis.createGroup(key, entriesBefore);
  await redis.fill(keys, { first: entriesBefore + 1, count, ...messages });
  await redis.setDurability(durability);
  const { redisUrl, databaseUrl } = servers;
  const consumer = await processes.start(
    rateCase === 'raw' || rateCase === 'raw-output'
      ? { role: 'raw', redisUrl, stream: keys[0] ?? '', output: rateCase === 'raw-output' }
      : {
          role: 'bus',
          redisUrl,
          durability,
          streams: [...streams],
          work: rateCase === 'bus-bare' ? 'bare' : rateCase === 'bus-inbox' ? 'inbox' : 'output',
          ...(rateCase === 'bus-inbox' ? { databaseUrl } : {}),
        },
  );
  const progress = async (): Promise<Progress> => {
    const { done, waiting } = await redis.streamProgress(keys);
    return { done: done - entriesBefore, waiting };
  };
  return { consumer, progress };
}

async function supplyQueue(bench: BusBench, run: RateRun, count: number): Promise<ConsumerRun> {
  const { redis, processes, servers } = bench;
  const isEqual = run.rateCase === 'bullmq-equal';
  await redis.empty();
  await fillQueue(servers.redisUrl, { count, pad: padOf(run.bytes), ids: isEqual });
  await redis.setDurability(run.durability);
  const consumer = await processes.start({
    role: 'bullmq',
    redisUrl: servers.redisUrl,
    concurrency: run.concurrency,
    work: isEqual ? 'equal' : 'bare',
  });
  return { consumer, progress: () => redis.queueProgress(count) };
}

/** @throws Error when less was done than was acknowledged: then something else was measured than what is said. */
async function checkWork({ redis, servers }: BusBench, { rateCase }: RateRun, { done }: Progress): Promise<void> {
  if (!OUTPUT_CASES.includes(rateCase)) return;
  const outputs = await redis.outputs();
  if (outputs < done) throw new Error(`expected an output for each of ${done} messages of ${rateCase}, was ${outputs}`);
  const effects = rateCase === 'bus-inbox' ? await countEffects(servers) : done;
  if (effects < done) throw new Error(`expected a row for each of ${done} messages of ${rateCase}, was ${effects}`);
}
