import type { Database } from './sql.js';

export interface DatabaseParts {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
}

export interface DatabaseOptions {
  /** Connection URL, or its parts. */
  readonly connection: string | DatabaseParts;
  /** The desk's schema; every connection has it as its search path. */
  readonly schema: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Default 5. */
  readonly maxConnections?: number;
}

export interface OpenDatabase extends Database {
  /** @throws TransientError when Postgres does not answer in a second. */
  ping(): Promise<void>;
  end(): Promise<void>;
}

/** Opens a pool; it connects on first use. Connection failures of any statement are TransientError. */
export function openDatabase(options: DatabaseOptions): OpenDatabase {
  throw new Error(`expected an implementation for ${options.schema}`);
}
