import type { Job } from 'bullmq';
import { FOLLOW_UPS, MESSAGE_TYPE, QUEUE, QUEUE_PREFIX } from '../names.js';
import { nowUs, type MeasuredPayload } from '../payload.js';
import type { BullmqSettings, Timings, Workload } from './protocol.js';

/**
 * One worker. Bare: jobs are removed when they are completed. Equal work: they are kept, for a job's id is known only as
 * long as the job is there, and keeping all of them is the cheapest way to keep them for 14 days; the processor adds a
 * follow-up job whose id is a function of its own.
 */
export async function runBullmqConsumer({ redisUrl, concurrency, work, timed }: BullmqSettings): Promise<Workload> {
  const { Queue, Worker } = await import('bullmq');
  const connection = { url: redisUrl, maxRetriesPerRequest: null };
  const followUps = new Queue<MeasuredPayload>(FOLLOW_UPS, { connection, prefix: QUEUE_PREFIX });
  const handledUs = new Map<string, number>();
  const process = async (job: Job<MeasuredPayload>): Promise<void> => {
    if (timed) handledUs.set(job.id ?? '', nowUs() - Number(job.data.n));
    if (work === 'equal') await followUps.add(MESSAGE_TYPE, job.data, { jobId: `${job.id ?? ''}-0` });
  };
  const worker = new Worker<MeasuredPayload>(QUEUE, process, {
    connection,
    prefix: QUEUE_PREFIX,
    concurrency,
    ...(work === 'bare' ? { removeOnComplete: { count: 0 } } : {}),
  });
  const timings: Timings = [];
  if (timed) {
    worker.on('completed', (job) => {
      const sentAtUs = Number(job.data.n);
      timings.push([sentAtUs, handledUs.get(job.id ?? '') ?? NaN, nowUs() - sentAtUs]);
      handledUs.delete(job.id ?? '');
    });
  }
  await worker.waitUntilReady();
  return {
    timings: () => timings,
    stop: async () => {
      await worker.close();
      await followUps.close();
    },
  };
}
