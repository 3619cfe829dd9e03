import type { Client, ClientBase } from 'pg';
import { agentGrants, readingRoles, type TableGrants } from './grants.js';

/** Owns the schema and what is in it; nobody logs in as it. */
export const OWNER = 'octant_owner';

/** Connections that one agent may have at once; its pool is smaller. */
const CONNECTIONS_OF_AGENT = 15;

/** Password by login role. */
export type Passwords = ReadonlyMap<string, string>;

/** All login roles, agents' first. */
export const loginRoles: readonly string[] = [...Object.keys(agentGrants), ...Object.keys(readingRoles)];

/**
 * Makes the roles that are missing, gives each login role the password of its secret, and takes from everybody what Postgres
 * gives everybody: connecting, temporary tables, and the schema `public`.
 */
export async function ensureRoles(client: Client, { database, passwords }: RoleOptions): Promise<void> {
  await createRole(client, OWNER, 'NOLOGIN');
  for (const role of loginRoles) {
    const password = passwords.get(role);
    if (password === undefined) throw new RangeError(`expected a password for the role ${role}, was none`);
    await createRole(client, role, 'LOGIN');
    const limit = role in agentGrants ? CONNECTIONS_OF_AGENT : 5;
    const secret = client.escapeLiteral(password);
    await client.query(
      `ALTER ROLE ${role} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT ${String(limit)} PASSWORD ${secret}`,
    );
  }
  for (const [role, group] of Object.entries(readingRoles)) await client.query(`GRANT ${group} TO ${role}`);
  const name = client.escapeIdentifier(database);
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${loginRoles.join(', ')}`);
  await client.query(`GRANT CONNECT, CREATE ON DATABASE ${name} TO ${OWNER}`);
}

interface RoleOptions {
  readonly database: string;
  readonly passwords: Passwords;
}

async function createRole(client: Client, role: string, kind: 'LOGIN' | 'NOLOGIN'): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${role} ${kind}`);
}

/**
 * Gives each agent what `agentGrants` says and nothing else, also where an earlier version gave more. One transaction: an
 * agent that runs meanwhile never sees itself without its rights. `nameOf`: what a role of `agentGrants` is called here.
 */
export async function grantTables(client: ClientBase, schema: string, nameOf = (role: string) => role): Promise<void> {
  await client.query('BEGIN');
  try {
    for (const [agent, tables] of Object.entries(agentGrants)) {
      const role = nameOf(agent);
      await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role}`);
      await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
      for (const statement of tableGrants(schema, role, tables)) await client.query(statement);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

function tableGrants(schema: string, role: string, tables: TableGrants): string[] {
  return Object.entries(tables).map(
    ([table, privileges]) => `GRANT ${privileges.join(', ')} ON ${schema}.${table} TO ${role}`,
  );
}
