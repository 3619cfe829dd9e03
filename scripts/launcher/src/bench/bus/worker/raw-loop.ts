import { Redis } from 'ioredis';
import { AGENT, GROUP } from '../names.js';
import type { RawSettings, Workload } from './protocol.js';

const COUNT = 100;
const BLOCK_MS = 500;

type Reply = readonly [key: string, entries: readonly [id: string, fields: readonly string[]][]][] | null;

/** The limit: one reader that looks at nothing and acknowledges each batch in one pipeline. */
export function runRawLoop({ redisUrl, stream }: RawSettings): Promise<Workload> {
  const redis = new Redis(redisUrl);
  let stopping = false;
  const loop = async (): Promise<void> => {
    while (!stopping) {
      const from = ['GROUP', GROUP, AGENT, 'COUNT', COUNT, 'BLOCK', BLOCK_MS];
      const reply = (await redis.call('XREADGROUP', ...from, 'STREAMS', stream, '>')) as Reply;
      const pipeline = redis.pipeline();
      for (const [key, entries] of reply ?? []) for (const [id] of entries) pipeline.xack(key, GROUP, id);
      await pipeline.exec();
    }
  };
  const ended = loop();
  return Promise.resolve({
    stop: async () => {
      stopping = true;
      await ended;
      redis.disconnect();
    },
  });
}
