import { join } from 'node:path';
import { endOrphans } from '../supervise/orphans.js';
import { describeDeath } from '../supervise/supervised-process.js';
import { takeFolder } from '../supervise/single-instance.js';
import { makeHome } from './desk-home.js';
import { startServers } from './server-pair.js';
import type { ServerSearch } from './server-plan.js';

export interface TestServers {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/**
 * Redis and PostgreSQL for the tests: those of `TEST_REDIS_URL` and `TEST_DATABASE_URL`, else servers of their own
 * below `.octant/test`, got in the way the desk gets its own. The desk's `REDIS_URL` and `DATABASE_URL` are not used:
 * tests must not touch what trades.
 */
export async function startTestServers(options: {
  root: string;
  env: ServerSearch['env'];
  say: (line: string) => void;
}): Promise<TestServers> {
  const { root, say } = options;
  const { TEST_REDIS_URL, TEST_DATABASE_URL, ...rest } = options.env;
  const env = { ...rest, REDIS_URL: TEST_REDIS_URL, DATABASE_URL: TEST_DATABASE_URL, POSTGRES_HOST: undefined };
  makeHome(join(root, '.octant'));
  const home = join(root, '.octant', 'test');
  makeHome(home);
  const giveBack = takeFolder(join(home, 'run'), 'tests');
  try {
    await endOrphans(join(home, 'run'));
    const pair = await startServers({
      root,
      home,
      env,
      say,
      onDeath: (death) => {
        say(`  ${describeDeath(death)}`);
      },
    });
    return {
      redisUrl: pair.redis.url,
      databaseUrl: pair.postgres.url,
      stop: async () => {
        await pair.stop();
        giveBack();
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}
