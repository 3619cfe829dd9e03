import { Client } from 'pg';
import type { Logger } from 'pino';
import { systemClock } from '../time/system-clock.js';
import { waitFor } from '../time/wait-for.js';
import { type DatabaseConnection, connectionConfig } from './connection-config.js';

/** Waits until Postgres takes connections, saying so while it does not; resolves early only when `signal` aborts. */
export async function waitForPostgres(options: {
  connection: DatabaseConnection;
  logger: Logger;
  signal?: AbortSignal;
}): Promise<void> {
  await waitFor({
    what: 'Postgres',
    logger: options.logger,
    clock: systemClock,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    attempt: async () => {
      const client = new Client({ ...connectionConfig(options.connection), connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.query('SELECT 1');
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  });
}
