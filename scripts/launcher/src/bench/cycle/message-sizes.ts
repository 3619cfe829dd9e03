import type { Redis } from 'ioredis';
import { STREAMS, type MessageSizes, type SkeletonStream } from './skeleton/message.js';

const SAMPLE = 50;

/**
 * Mean characters of a message of each stream, and of the state that the orchestrator writes with its steps, as they are on
 * a desk that has just worked: the skeleton's are made as large.
 */
export async function measureSizes(redis: Redis, prefix: string): Promise<MessageSizes> {
  const sizes: [SkeletonStream, number][] = [];
  for (const stream of STREAMS) {
    const entries = await redis.xrevrange(`${prefix}${stream}`, '+', '-', 'COUNT', SAMPLE);
    if (entries.length === 0) throw new Error(`expected messages in ${stream}, was none`);
    const characters = entries.map(([, fields]) => fields.reduce((sum, text) => sum + text.length, 0));
    sizes.push([stream, Math.round(characters.reduce((sum, length) => sum + length, 0) / entries.length)]);
  }
  const states = await redis.hstrlen(`${prefix}~state:desk`, 'd');
  return { messages: Object.fromEntries(sizes) as MessageSizes['messages'], state: states };
}
