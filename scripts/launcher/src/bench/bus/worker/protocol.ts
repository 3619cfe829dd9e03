import { z } from 'zod';
import { DURABILITIES } from '../cases.js';

const onRedis = z.object({ redisUrl: z.string() });
const durability = z.enum(DURABILITIES);

const rawSettings = onRedis.extend({ role: z.literal('raw'), stream: z.string(), output: z.boolean() });
const busSettings = onRedis.extend({
  role: z.literal('bus'),
  durability,
  streams: z.array(z.string()),
  work: z.enum(['bare', 'output', 'inbox']),
  databaseUrl: z.string().optional(),
  timed: z.boolean().default(false),
});
const bullmqSettings = onRedis.extend({
  role: z.literal('bullmq'),
  concurrency: z.int().min(1),
  work: z.enum(['bare', 'equal']),
  timed: z.boolean().default(false),
});
const publisherSettings = onRedis.extend({
  role: z.literal('publisher'),
  to: z.enum(['bus', 'bullmq']),
  durability,
  stream: z.string(),
  bytes: z.int().min(1),
  perSecond: z.int().min(1),
  count: z.int().min(1),
});

export type RawSettings = z.infer<typeof rawSettings>;
export type BusSettings = z.infer<typeof busSettings>;
export type BullmqSettings = z.infer<typeof bullmqSettings>;
export type PublisherSettings = z.infer<typeof publisherSettings>;

/** What a measured process is told first. */
export const workerSettings = z.discriminatedUnion('role', [
  rawSettings,
  busSettings,
  bullmqSettings,
  publisherSettings,
]);
export type WorkerSettings = z.infer<typeof workerSettings>;

/** What it is asked then, one question at a time. `tidyUsage` collects garbage first. */
export const question = z.enum(['usage', 'tidyUsage', 'timings', 'finished', 'stop']);
export type Question = z.infer<typeof question>;

export const usageAnswer = z.object({ cpuUs: z.number(), heapBytes: z.number(), rssBytes: z.number() });
export type UsageAnswer = z.infer<typeof usageAnswer>;

/** One message: when it was sent, how long until its handler was called, and how long until its effect was committed. */
export const timingsAnswer = z.array(z.tuple([z.number(), z.number(), z.number()]));
export type Timings = z.infer<typeof timingsAnswer>;

/** A publisher's: all messages were taken by Redis. */
export const finishedAnswer = z.object({ perSecond: z.number() });

/** What it says when it works, and to a question. */
export const word = z.object({ answer: z.unknown() });

/** What runs in a measured process. */
export interface Workload {
  timings?: () => Timings;
  finished?: () => Promise<z.infer<typeof finishedAnswer>>;
  stop(): Promise<void>;
}
