import { Client } from 'pg';
import type { Observation, PostgresFacts, PostgresRole } from '../facts.js';
import { observe } from './observation.js';

const ROLES = `
  SELECT rolname, rolsuper, rolcreaterole OR rolcreatedb AS may_create,
    coalesce(has_table_privilege(oid, to_regclass($1), 'UPDATE, DELETE, TRUNCATE'), false) AS may_change_audit
  FROM pg_roles WHERE rolcanlogin ORDER BY rolname`;

interface RoleRow {
  readonly rolname: string;
  readonly rolsuper: boolean;
  readonly may_create: boolean;
  readonly may_change_audit: boolean;
}

/** Asks Postgres for what the checks judge; one connection, which changes nothing. */
export function observePostgres(url: string, schema: string): Promise<Observation<PostgresFacts>> {
  return observe('PostgreSQL', async () => {
    const client = new Client({
      connectionString: url,
      application_name: 'octant-doctor',
      connectionTimeoutMillis: 5_000,
      statement_timeout: 5_000,
      options: '-c default_transaction_read_only=on',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await readPostgres(client, schema);
    } finally {
      await client.end();
    }
  });
}

async function readPostgres(client: Client, schema: string): Promise<PostgresFacts> {
  const settings = await client.query<{ version: string; checksums: string }>(
    "SELECT current_setting('server_version') AS version, current_setting('data_checksums') AS checksums",
  );
  const roles = await client.query<RoleRow>(ROLES, [`${schema}.audit_events`]);
  const migrations = await client.query<{ name: string }>(`SELECT name FROM "${schema}".schema_migrations ORDER BY id`);
  return {
    version: settings.rows[0]?.version.split(' ')[0] ?? 'unknown',
    checksums: settings.rows[0]?.checksums === 'on',
    roles: roles.rows.map(roleOf),
    migrations: migrations.rows.map(({ name }) => name),
  };
}

function roleOf(row: RoleRow): PostgresRole {
  return {
    name: row.rolname,
    superuser: row.rolsuper,
    mayCreate: row.may_create,
    mayChangeAudit: row.may_change_audit,
  };
}
