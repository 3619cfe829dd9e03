import type { BenchSheet } from '../result.js';
import { awaitProgress, type BusBench, type ConsumerRun } from './measured-run.js';
import { inputStreams, MESSAGE_TYPE, PREFIX } from './names.js';
import { padOf } from './payload.js';
import type { Progress } from './work-window.js';

const BYTES = 256;
const EARLY_SHARE = 0.1;
const GROWTH_LIMIT = 1.1;
const MB = 1024 * 1024;

interface Sample {
  readonly done: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly redisBytes: number;
  readonly byKind: ReadonlyMap<string, number>;
}

/** Memory of the consumer and of Redis when a tenth of the messages is done, and when all are. */
export async function measureMemory(bench: BusBench, sheet: BenchSheet, messages: number): Promise<void> {
  const { redis, processes, servers, say } = bench;
  const streams = inputStreams(1);
  const keys = streams.map((stream) => `${PREFIX}${stream}`);
  say(`Memory over ${messages.toLocaleString('en')} messages`);
  await redis.empty();
  for (const key of keys) await redis.createGroup(key, 0);
  await redis.fill(keys, { first: 1, count: messages, pad: padOf(BYTES), type: MESSAGE_TYPE });
  await redis.setDurability('everysec');
  const consumer = await processes.start({
    role: 'bus',
    redisUrl: servers.redisUrl,
    durability: 'everysec',
    streams: [...streams],
    work: 'output',
  });
  const run: ConsumerRun = { consumer, progress: () => redis.streamProgress(keys) };
  const reach = (share: number): Promise<Progress> => awaitProgress(bench, run, ({ done }) => done >= messages * share);
  await reach(EARLY_SHARE);
  const early = await sample(bench, run);
  await reach(1);
  const late = await sample(bench, run);
  await consumer.stop();
  addSamples(sheet, early, late);
}

async function sample({ redis }: BusBench, { consumer, progress }: ConsumerRun): Promise<Sample> {
  const { heapBytes, rssBytes } = await consumer.usage(true);
  const byKind = await redis.memoryByKind();
  const { memoryBytes } = await redis.figures();
  const { done } = await progress();
  return { done, heapBytes, rssBytes, redisBytes: memoryBytes, byKind };
}

function addSamples(sheet: BenchSheet, early: Sample, late: Sample): void {
  const messages = late.done - early.done;
  const at = (share: string): string => `of ${share} of the messages`;
  for (const [sampled, when] of [
    [early, at('10 %')],
    [late, at('100 %')],
  ] as const) {
    sheet.add(`memory, consumer heap at the end ${when}`, 'MB', sampled.heapBytes / MB);
    sheet.add(`memory, consumer RSS at the end ${when}`, 'MB', sampled.rssBytes / MB);
    sheet.add(`memory, Redis at the end ${when}`, 'MB', sampled.redisBytes / MB);
  }
  sheet.add('memory, growth of Redis', 'bytes/message', (late.redisBytes - early.redisBytes) / messages);
  for (const [kind, bytes] of late.byKind) {
    const grown = bytes - (early.byKind.get(kind) ?? 0);
    sheet.add(`memory, growth of Redis, ${kind}`, 'bytes/message', grown / messages);
  }
  sheet.judge('consumer heap, 100 % / 10 % of the messages', late.heapBytes / early.heapBytes, {
    sign: '<=',
    limit: GROWTH_LIMIT,
  });
}
