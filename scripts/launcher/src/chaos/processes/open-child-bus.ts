import { pino, type Logger } from 'pino';
import type { Bus } from '@octant/platform/bus/bus';
import type { Failpoint } from '@octant/platform/bus/crash-points';
import type { BusTuning } from '@octant/platform/bus/bus-tuning';
import { openBus } from '@octant/platform/bus/open-bus';
import { waitForRedis } from '@octant/platform/bus/wait-for-redis';
import { openDatabase, type OpenDatabase } from '@octant/platform/postgres/open-database';
import { rootStreams } from '../plan/roots.js';
import type { ChaosSettings } from './settings.js';

/**
 * The desk's own times, leases above all. Only the longest backoff is shorter, so that the end of the run does not wait
 * half a minute for a message that met an outage.
 */
const chaosTuning: Partial<BusTuning> = { backoffCapMs: 1_000, trimKeepMs: 2_000, trimEveryMs: 2_000 };

/**
 * Streams that are trimmed all the time, with their groups: an entry that went too early would be an effect that is
 * missing. The ledger reads the others, which are trimmed after a day.
 */
const trimmedStreams = Object.fromEntries(
  [rootStreams.row, rootStreams.send].map(({ stream, group }) => [stream, [group]]),
);

export interface ChildBus {
  readonly bus: Bus;
  readonly database: OpenDatabase;
  readonly logger: Logger;
  stop(): Promise<void>;
}

/** Bus and database of a process of the run, as an agent has them. */
export async function openChildBus(
  settings: ChaosSettings,
  options: { agent: string; instance?: string; failpoint?: Failpoint },
): Promise<ChildBus> {
  const { redisUrl, databaseUrl, prefix, schema } = settings;
  const logger = pino({ level: 'warn', base: { name: settings.name, pid: process.pid } });
  const database = openDatabase({ connection: databaseUrl, schema, applicationName: settings.name, logger });
  await waitForRedis({ url: redisUrl, logger });
  const bus = openBus({
    redisUrl,
    prefix,
    logger,
    database,
    tuning: chaosTuning,
    streamGroups: trimmedStreams,
    ...options,
  });
  return {
    bus,
    database,
    logger,
    stop: async () => {
      await bus.stop(5_000);
      await database.end();
    },
  };
}
