import { z } from 'zod';
import type { DatabaseParts } from '../postgres/open-database.js';
import { ConfigError } from './config-error.js';
import { readEnvironment, secretText } from './read-environment.js';
import { Secret } from './secret.js';
import type { Variables } from './secret-files.js';

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .refine(
      (text) => /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to,
      `expected a whole number from ${String(from)} to ${String(to)}`,
    )
    .transform(Number);

const serverUrl = (form: string, pattern: RegExp) =>
  z.string().refine((value) => pattern.test(value) && URL.canParse(value), `expected a URL like ${form}`);

const httpEnvironment = {
  PORT: wholeNumber(0, 65_535).default(7000),
  HOST: z.string().default('127.0.0.1'),
  ADMIN_TOKEN: secretText().optional(),
  SERVICE_TOKEN: secretText().optional(),
  /** Signs and checks short-lived admin tokens; without it, the admin token itself is the only one. */
  TOKEN_SIGNING_KEY: z
    .string()
    .min(32)
    .transform((value) => new Secret(value))
    .optional(),
  /** Folder of `ca.crt` and `crl.pem`; without it, the admin host is closed. */
  EDGE_TRUST_DIR: z.string().optional(),
  /** Requests a minute and address, service callers and probes apart. */
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 10_000_000).default(6000),
  /** `true` checks every response against the OpenAPI file too; for tests. */
  OPENAPI_VALIDATE_RESPONSES: z.enum(['true', 'false']).default('false'),
  OPENAPI_DIR: z.string().optional(),
};

const redisEnvironment = {
  REDIS_URL: serverUrl('redis://host:6379', /^rediss?:\/\//),
  OCTANT_REDIS_PREFIX: z.string().max(64).default('octant:'),
  OCTANT_REDIS_DURABILITY: z.enum(['strict', 'relaxed']).default('strict'),
};

const postgresEnvironment = {
  DATABASE_URL: serverUrl('postgres://user@host:5432/database', /^postgres(ql)?:\/\//).optional(),
  POSTGRES_HOST: z.string().optional(),
  POSTGRES_PORT: wholeNumber(1, 65_535).default(5432),
  POSTGRES_DB: z.string().default('octant'),
  POSTGRES_USER: z.string().default('octant'),
  POSTGRES_PASSWORD: secretText().optional(),
  OCTANT_PG_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected a lower-case SQL name of at most 63 characters')
    .default('octant'),
};

const processEnvironment = {
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  CONFIG_DIR: z.string().optional(),
  /** Shown by `build_info`. */
  OCTANT_VERSION: z.string().default('0.1.0'),
  SHUTDOWN_GRACE_MS: wholeNumber(1, 600_000).default(8000),
};

/** What every agent reads from its environment. */
export interface PlatformEnvironment {
  readonly port: number;
  readonly host: string;
  readonly adminToken: Secret | undefined;
  readonly serviceToken: Secret | undefined;
  readonly tokenSigningKey: Secret | undefined;
  readonly edgeTrustDir: string | undefined;
  readonly rateLimitPerMinute: number;
  readonly validateResponses: boolean;
  readonly openapiDir: string | undefined;
  readonly configDir: string | undefined;
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly redisDurability: 'strict' | 'relaxed';
  readonly database: string | DatabaseParts;
  readonly databaseSchema: string;
  readonly version: string;
  readonly logLevel: string;
  readonly shutdownGraceMs: number;
  /** All variables, secret files resolved. */
  readonly env: Variables;
  /** Values to keep out of every log line. */
  readonly secrets: readonly string[];
}

/** @throws ConfigError with every variable that is wrong or missing. */
export function readPlatformEnvironment(source?: Variables): PlatformEnvironment {
  const shape = { ...httpEnvironment, ...redisEnvironment, ...postgresEnvironment, ...processEnvironment };
  const { values, env, secrets } = readEnvironment(shape, source);
  return {
    port: values.PORT,
    host: values.HOST,
    adminToken: values.ADMIN_TOKEN,
    serviceToken: values.SERVICE_TOKEN,
    tokenSigningKey: values.TOKEN_SIGNING_KEY,
    edgeTrustDir: values.EDGE_TRUST_DIR,
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE,
    validateResponses: values.OPENAPI_VALIDATE_RESPONSES === 'true',
    openapiDir: values.OPENAPI_DIR,
    configDir: values.CONFIG_DIR,
    redisUrl: values.REDIS_URL,
    redisPrefix: values.OCTANT_REDIS_PREFIX,
    redisDurability: values.OCTANT_REDIS_DURABILITY,
    database: databaseOf(values),
    databaseSchema: values.OCTANT_PG_SCHEMA,
    version: values.OCTANT_VERSION,
    logLevel: values.LOG_LEVEL,
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
    env,
    secrets,
  };
}

interface PostgresValues {
  readonly DATABASE_URL?: string | undefined;
  readonly POSTGRES_HOST?: string | undefined;
  readonly POSTGRES_PORT: number;
  readonly POSTGRES_DB: string;
  readonly POSTGRES_USER: string;
  readonly POSTGRES_PASSWORD?: Secret | undefined;
}

/** `DATABASE_URL` where it is given, else the parts. */
function databaseOf(values: PostgresValues): string | DatabaseParts {
  if (values.DATABASE_URL !== undefined) return values.DATABASE_URL;
  if (values.POSTGRES_HOST === undefined) {
    throw new ConfigError(['environment: DATABASE_URL: expected a URL here or a host in POSTGRES_HOST, was nothing']);
  }
  const password = values.POSTGRES_PASSWORD?.reveal();
  return {
    host: values.POSTGRES_HOST,
    port: values.POSTGRES_PORT,
    database: values.POSTGRES_DB,
    user: values.POSTGRES_USER,
    ...(password === undefined ? {} : { password }),
  };
}
