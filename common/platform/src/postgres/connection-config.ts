import type { ClientConfig } from 'pg';
import { PermanentError } from '../errors/errors.js';

export interface DatabaseParts {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
}

/** Connection URL, or its parts. */
export type DatabaseConnection = string | DatabaseParts;

export function connectionConfig(connection: DatabaseConnection): ClientConfig {
  return typeof connection === 'string' ? { connectionString: connection } : { ...connection };
}

/** @throws PermanentError `invalid_schema` unless it is a plain lower-case name, which needs no quotes anywhere. */
export function checkSchemaName(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema;
  throw new PermanentError(`expected a schema name of a-z, 0-9 and _, up to 63 characters, was "${schema}"`, {
    code: 'invalid_schema',
  });
}
