import type { Logger } from 'pino';
import type { Bus } from '../bus/bus.js';
import type { OpenDatabase } from '../postgres/open-database.js';
import type { Clock } from '../time/clock.js';
import { waitFor } from '../time/wait-for.js';

/** The agent was told to stop while it was still starting. */
export class StoppedWhileStarting extends Error {
  constructor() {
    super('expected to become ready, was told to stop');
    this.name = 'StoppedWhileStarting';
  }
}

/**
 * Waits until Redis and Postgres answer and the platform's tables are there; the log says what it waits for and when it goes on.
 * @throws StoppedWhileStarting when `signal` aborts.
 */
export async function waitForDependencies(options: {
  bus: Bus;
  database: OpenDatabase;
  schema: string;
  clock: Clock;
  logger: Logger;
  signal: AbortSignal;
}): Promise<void> {
  const { bus, database, schema, ...waiting } = options;
  const pingRedis = patiently(() => bus.ping(), options.clock);
  await Promise.all([
    waitFor({ what: 'Redis', attempt: pingRedis, ...waiting }),
    waitFor({ what: 'Postgres', attempt: () => database.ping(), ...waiting }),
  ]);
  await waitFor({ what: 'the tables', attempt: () => checkTables(database, schema), ...waiting });
  if (options.signal.aborted) throw new StoppedWhileStarting();
}

const connectingMs = 500;
const pauseMs = 20;

/** The bus has only begun to connect: its first refusals tell nothing, and nobody needs to hear of them. */
function patiently(ping: () => Promise<void>, clock: Clock): () => Promise<void> {
  const untilMs = clock.monotonic() + connectingMs;
  return async () => {
    for (;;) {
      try {
        await ping();
        return;
      } catch (error) {
        if (clock.monotonic() >= untilMs) throw error;
        await clock.sleep(pauseMs);
      }
    }
  };
}

async function checkTables(database: OpenDatabase, schema: string): Promise<void> {
  const text = 'SELECT to_regclass($1) IS NOT NULL AS found';
  const { rows } = await database.query<{ found: boolean }>(text, [`"${schema}".inbox`]);
  if (rows[0]?.found === true) return;
  throw new Error(`expected the table inbox in schema ${schema}, was none: the migrations must run first`);
}
