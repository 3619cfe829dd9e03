import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@octant/platform/config/config-error';
import { findUpward } from '@octant/platform/config/find-upward';
import { readEnvironment, secretText } from '@octant/platform/config/read-environment';
import { createLogger } from '@octant/platform/observe/create-logger';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { waitForPostgres } from '@octant/platform/postgres/wait-for-postgres';
import { Client } from 'pg';
import { z } from 'zod';
import { OWNER, ensureRoles, grantTables, loginRoles, type Passwords } from './roles.js';

const shape = {
  POSTGRES_HOST: z.string(),
  POSTGRES_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a port such as 5432')
    .transform(Number)
    .default(5432),
  POSTGRES_DB: z.string().default('octant'),
  POSTGRES_USER: z.string().default('postgres'),
  POSTGRES_PASSWORD: secretText(),
  OCTANT_PG_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected a lower-case SQL name of at most 63 characters')
    .default('octant'),
  MIGRATIONS_DIR: z.string().optional(),
  SECRETS_DIR: z.string().default('/run/secrets'),
  LOG_LEVEL: z.string().default('info'),
};

try {
  await migrate();
} catch (error) {
  process.stderr.write(`migrate failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}

/** Roles, then the schema as its owner, then what each role may do: all of it can be done again at any time. */
async function migrate(): Promise<void> {
  const { values, secrets } = readEnvironment(shape);
  const passwords = readPasswords(values.SECRETS_DIR);
  const logger = createLogger({
    service: 'migrate',
    level: values.LOG_LEVEL,
    secrets: [...secrets, ...passwords.values()],
  });
  const schema = values.OCTANT_PG_SCHEMA;
  const connection = {
    host: values.POSTGRES_HOST,
    port: values.POSTGRES_PORT,
    database: values.POSTGRES_DB,
    user: values.POSTGRES_USER,
    password: values.POSTGRES_PASSWORD.reveal(),
  };
  await waitForPostgres({ connection, logger });
  const client = new Client({ ...connection, application_name: 'octant-migrate' });
  await client.connect();
  try {
    await ensureRoles(client, { database: values.POSTGRES_DB, passwords });
    const directory =
      values.MIGRATIONS_DIR ?? findUpward('migrations', { from: process.cwd(), variable: 'MIGRATIONS_DIR' });
    await migrateDatabase({ connection, schema, directory, logger, role: OWNER });
    await grantTables(client, schema);
    logger.info({ schema, roles: loginRoles }, 'roles and schema are as they should be');
  } finally {
    await client.end();
  }
}

/** @throws ConfigError naming every secret that is missing or empty. */
function readPasswords(folder: string): Passwords {
  const problems: string[] = [];
  const passwords = new Map<string, string>();
  for (const role of loginRoles) {
    const file = join(folder, `postgres_password_${role}`);
    const password = readOrEmpty(file).replace(/[\r\n]+$/, '');
    if (password === '') problems.push(`${file}: expected the password of the role ${role}, was nothing`);
    passwords.set(role, password);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return passwords;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
