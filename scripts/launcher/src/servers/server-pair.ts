import { join } from 'node:path';
import { SupervisedProcess, type Death } from '../supervise/supervised-process.js';
import { awaitServer } from './await-server.js';
import { findPostgres } from './find-postgres.js';
import { findRedis } from './find-redis.js';
import { keepServers } from './kept-servers.js';
import type { ServerPlan, ServerSearch } from './server-plan.js';

const STOP_GRACE_MS = 10_000;

export interface ServerPair {
  readonly redis: ServerPlan;
  readonly postgres: ServerPlan;
  /** Those that we started and keep running. */
  readonly processes: readonly SupervisedProcess[];
  stop(): Promise<void>;
  /** Ends what `stop` still waits for. */
  hurry(): void;
}

export interface PairOptions extends ServerSearch {
  readonly onDeath: (death: Death) => void;
  readonly signal?: AbortSignal;
}

/** Finds or gets Redis and PostgreSQL, starts those that are ours, and waits until both answer. */
export async function startServers(options: PairOptions): Promise<ServerPair> {
  const redis = await findRedis(options);
  const postgres = await findPostgres(options);
  const processes = [redis, postgres].flatMap((plan) => superviseServer(plan, options));
  const pair: ServerPair = {
    redis,
    postgres,
    processes,
    stop: async () => {
      await Promise.all(processes.map((process) => process.stop(STOP_GRACE_MS)));
    },
    hurry: () => {
      for (const process of processes) process.hurry();
    },
  };
  keepServers(options.home, [redis, postgres]);
  for (const plan of [redis, postgres]) options.say(`  ${plan.origin}`);
  try {
    await Promise.all(processes.map((process) => process.start()));
    await Promise.all([redis, postgres].map((plan) => awaitServer(plan, options)));
  } catch (error) {
    await pair.stop();
    throw error;
  }
  return pair;
}

function superviseServer(plan: ServerPlan, options: PairOptions): readonly SupervisedProcess[] {
  if (plan.program === undefined) return [];
  return [
    new SupervisedProcess({
      name: plan.name,
      program: plan.program,
      runFolder: join(options.home, 'run'),
      logFile: join(options.home, 'logs', `${plan.name}.log`),
      onDeath: options.onDeath,
    }),
  ];
}
