import { Redis } from 'ioredis';
import { AGENT, GROUP, OUTPUTS, PREFIX } from '../names.js';
import type { RawSettings, Workload } from './protocol.js';

const COUNT = 100;
const BLOCK_MS = 500;

type Reply = readonly [key: string, entries: readonly [id: string, fields: readonly string[]][]][] | null;

/**
 * The limit: one reader that looks at nothing and acknowledges each batch in one pipeline; with `output` it writes each
 * entry to another stream before it acknowledges it, in the same pipeline, with no guarantee of any kind.
 */
export function runRawLoop({ redisUrl, stream, output }: RawSettings): Promise<Workload> {
  const redis = new Redis(redisUrl);
  let stopping = false;
  const loop = async (): Promise<void> => {
    while (!stopping) {
      const from = ['GROUP', GROUP, AGENT, 'COUNT', COUNT, 'BLOCK', BLOCK_MS];
      const reply = (await redis.call('XREADGROUP', ...from, 'STREAMS', stream, '>')) as Reply;
      const pipeline = redis.pipeline();
      for (const [key, entries] of reply ?? []) {
        for (const [id, fields] of entries) {
          if (output) pipeline.xadd(`${PREFIX}${OUTPUTS}`, '*', ...fields);
          pipeline.xack(key, GROUP, id);
        }
      }
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
