import { createHash } from 'node:crypto';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { type DatabaseConnection, checkSchemaName, connectionConfig } from './connection-config.js';
import { toPlatformError } from './postgres-failure.js';

/**
 * Brings the desk's schema up to date from the `.sql` files of a directory, in the order of their numbers, all in one
 * transaction; creates the schema where it is missing. May be called by several processes at once: one does the work,
 * the others wait for it. Returns the names of the migrations that it ran.
 */
export async function migrateDatabase(options: {
  connection: DatabaseConnection;
  schema: string;
  directory: string;
  logger: Logger;
  /** Role that the schema and all in it shall belong to; default: the one that connects. */
  role?: string;
}): Promise<readonly string[]> {
  const schema = checkSchemaName(options.schema);
  const { logger } = options;
  const client = new Client({
    ...connectionConfig(options.connection),
    application_name: 'octant-migrations',
    connectionTimeoutMillis: 5_000,
    options: `-c client_min_messages=warning${options.role === undefined ? '' : ` -c role=${options.role}`}`,
  });
  client.on('error', (error) => {
    logger.warn({ err: error }, 'the connection of the migrations broke');
  });
  try {
    await client.connect();
    const done = await runner({
      dbClient: client,
      dir: options.directory,
      ignorePattern: String.raw`(?!.*\.sql$).*`,
      direction: 'up',
      singleTransaction: true,
      migrationsTable: 'schema_migrations',
      schema,
      createSchema: true,
      advisoryLockMode: 'wait',
      lockValue: lockOf(schema),
      log: (message) => {
        logger.debug(message);
      },
      verbose: false,
    });
    const names = done.map((migration) => migration.name);
    if (names.length > 0) logger.info({ schema, migrations: names }, 'schema brought up to date');
    return names;
  } catch (error) {
    throw toPlatformError(error);
  } finally {
    await client.end();
  }
}

/** One lock a schema, so that desks in one database do not wait for each other. */
function lockOf(schema: string): number {
  return createHash('sha256').update(`octant migrations ${schema}`).digest().readUIntBE(0, 6);
}
