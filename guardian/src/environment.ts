import { join } from 'node:path';
import { ConfigError } from '@octant/platform/config/config-error';
import { findUpward } from '@octant/platform/config/find-upward';
import { readEnvironment, secretText } from '@octant/platform/config/read-environment';
import type { Secret } from '@octant/platform/config/secret';
import type { Variables } from '@octant/platform/config/secret-files';
import { z } from 'zod';

const shape = {
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a port such as 7009')
    .transform(Number)
    .default(7009),
  HOST: z.string().default('127.0.0.1'),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, 'expected a URL like redis://host:6379'),
  OCTANT_REDIS_PREFIX: z.string().max(64).default('octant:'),
  TRADE_EXECUTOR_URL: z.url({ protocol: /^https?$/ }).optional(),
  GUARDIAN_API_KEY: secretText().optional(),
  GUARDIAN_API_SECRET: secretText().optional(),
  GUARDIAN_STATE_FILE: z.string().optional(),
  CONFIG_DIR: z.string().optional(),
  OPENAPI_DIR: z.string().optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  OCTANT_VERSION: z.string().default('0.1.0'),
};

/** What the guardian reads from its environment; it wants less than an agent does, and no Postgres. */
export interface GuardianEnvironment {
  readonly port: number;
  readonly host: string;
  readonly redisUrl: string;
  readonly prefix: string;
  readonly executorUrl: string | undefined;
  /** Undefined: it guards nothing. */
  readonly keys: { readonly apiKey: Secret; readonly secret: Secret } | undefined;
  readonly stateFile: string;
  readonly configDir: string;
  readonly openapiDir: string;
  readonly logLevel: string;
  readonly version: string;
  readonly env: Variables;
  readonly secrets: readonly string[];
}

/** @throws ConfigError with every variable that is wrong or missing, and for half a key. */
export function readGuardianEnvironment(source: Variables): GuardianEnvironment {
  const { values, env, secrets } = readEnvironment(shape, source);
  const { GUARDIAN_API_KEY: apiKey, GUARDIAN_API_SECRET: secret } = values;
  if ((apiKey === undefined) !== (secret === undefined)) {
    const absent = apiKey === undefined ? 'GUARDIAN_API_KEY' : 'GUARDIAN_API_SECRET';
    throw new ConfigError([`environment: ${absent}: expected both halves of the key or none, was one`]);
  }
  const from = process.cwd();
  return {
    port: values.PORT,
    host: values.HOST,
    redisUrl: values.REDIS_URL,
    prefix: values.OCTANT_REDIS_PREFIX,
    executorUrl: values.TRADE_EXECUTOR_URL,
    keys: apiKey === undefined || secret === undefined ? undefined : { apiKey, secret },
    stateFile: values.GUARDIAN_STATE_FILE ?? join(from, '.octant', 'guardian', 'state.json'),
    configDir: values.CONFIG_DIR ?? findUpward('config', { from, variable: 'CONFIG_DIR' }),
    openapiDir: values.OPENAPI_DIR ?? findUpward('openapi', { from, variable: 'OPENAPI_DIR' }),
    logLevel: values.LOG_LEVEL,
    version: values.OCTANT_VERSION,
    env,
    secrets,
  };
}
