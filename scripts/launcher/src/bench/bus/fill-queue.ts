import { MESSAGE_TYPE, QUEUE, QUEUE_PREFIX } from './names.js';
import { numberText } from './payload.js';

const CHUNK = 1_000;

/** Adds jobs to BullMQ's queue in bulk; with `ids`, each with the message's id as its own. */
export async function fillQueue(
  redisUrl: string,
  { count, pad, ids }: { count: number; pad: string; ids: boolean },
): Promise<void> {
  const { Queue } = await import('bullmq');
  const queue = new Queue(QUEUE, { connection: { url: redisUrl }, prefix: QUEUE_PREFIX });
  try {
    for (let first = 1; first <= count; first += CHUNK) {
      const numbers = Array.from({ length: Math.min(CHUNK, count - first + 1) }, (_, index) =>
        numberText(first + index),
      );
      await queue.addBulk(
        numbers.map((n) => ({ name: MESSAGE_TYPE, data: { n, pad }, ...(ids ? { opts: { jobId: `m${n}` } } : {}) })),
      );
    }
  } finally {
    await queue.close();
  }
}
