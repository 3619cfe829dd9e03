import { Pool, type PoolClient } from 'pg';
import type { Logger } from 'pino';
import { type DatabaseConnection, checkSchemaName, connectionConfig } from './connection-config.js';
import { isSerializationFailure, toPlatformError } from './postgres-failure.js';
import type { Database, Sql, SqlRows } from './sql.js';
import { statementOf } from './prepared-statement.js';

export type { DatabaseParts } from './connection-config.js';

const MOST_TRANSACTION_RUNS = 5;
const PING_TIMEOUT_MS = 1_000;

export interface DatabaseOptions {
  readonly connection: DatabaseConnection;
  /** The desk's schema; every connection has it as its search path. */
  readonly schema: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Default 5. */
  readonly maxConnections?: number;
  /**
   * A transaction in which nothing is asked for so long is rolled back, in ms; default 5,000. A process that stalls in the
   * middle of one would keep its rows locked against whoever takes over its messages.
   */
  readonly idleInTransactionMs?: number;
  /** Hears of connections that break while nobody uses them. */
  readonly logger?: Logger;
}

export interface OpenDatabase extends Database {
  /** @throws TransientError when Postgres does not answer in a second. */
  ping(): Promise<void>;
  end(): Promise<void>;
}

/**
 * Opens a pool; it connects on first use. Connection failures of any statement are TransientError. The work of a
 * transaction may run again, up to 5 times, when it collided with another one, so it must have no effect but in `sql`.
 */
export function openDatabase(options: DatabaseOptions): OpenDatabase {
  const pool = new Pool({
    ...connectionConfig(options.connection),
    options: `-c search_path=${checkSchemaName(options.schema)} -c timezone=UTC`,
    application_name: options.applicationName,
    max: options.maxConnections ?? 5,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: options.idleInTransactionMs ?? 5_000,
    keepAlive: true,
  });
  pool.on('error', (error) => {
    options.logger?.warn({ err: error }, 'an idle Postgres connection broke');
  });
  return {
    query: (text, values) => runStatement(pool, text, values),
    transaction: (work) => runTransaction(pool, work),
    ping: () => ping(pool),
    end: () => pool.end(),
  };
}

async function runStatement<Row>(
  target: Pool | PoolClient,
  text: string,
  values?: readonly unknown[],
): Promise<SqlRows<Row>> {
  try {
    const result = await target.query(statementOf(text, values));
    return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
  } catch (error) {
    throw toPlatformError(error);
  }
}

async function runTransaction<Result>(pool: Pool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  for (let run = 1; ; run += 1) {
    try {
      return await runOnce(pool, work);
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (run === MOST_TRANSACTION_RUNS || !isSerializationFailure(cause)) throw error;
    }
  }
}

async function runOnce<Result>(pool: Pool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toPlatformError(error);
  });
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await runStatement(client, 'BEGIN');
    const result = await work({ query: (text, values) => runStatement(client, text, values) });
    await runStatement(client, 'COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: unknown) => {
      broken ??= failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

async function ping(pool: Pool): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`connection timeout: expected an answer within ${String(PING_TIMEOUT_MS)} ms, was none`));
    }, PING_TIMEOUT_MS);
  });
  try {
    await Promise.race([pool.query('SELECT 1'), late]);
  } catch (error) {
    throw toPlatformError(error);
  } finally {
    clearTimeout(timer);
  }
}
