import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readPlatformEnvironment } from './platform-environment.js';
import { Secret } from './secret.js';
import { resolveSecretFiles } from './secret-files.js';

const least = { REDIS_URL: 'redis://127.0.0.1:6379', DATABASE_URL: 'postgres://octant@127.0.0.1/octant' };

function secretFile(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'octant-secret-')), 'secret');
  writeFileSync(path, content);
  return path;
}

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readPlatformEnvironment(env);
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
  return [];
}

describe('the environment', () => {
  test('has defaults for all but the two servers', () => {
    const env = readPlatformEnvironment(least);
    expect(env).toMatchObject({
      port: 7000,
      host: '127.0.0.1',
      redisPrefix: 'octant:',
      databaseSchema: 'octant',
      redisDurability: 'strict',
      logLevel: 'info',
      shutdownGraceMs: 8000,
      adminToken: undefined,
    });
  });

  test('names every variable that is missing or wrong', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://x', PORT: '70000', OCTANT_PG_SCHEMA: 'a"b' })).toEqual([
      'environment: PORT: expected a whole number from 0 to 65535, was "70000"',
      'environment: REDIS_URL: expected text, was nothing',
      'environment: DATABASE_URL: expected a URL like postgres://user@host:5432/database, was [redacted]',
      'environment: OCTANT_PG_SCHEMA: expected a lower-case SQL name of at most 63 characters, was "a\\"b"',
    ]);
    expect(problemsOf({ REDIS_URL: least.REDIS_URL })).toEqual([
      'environment: DATABASE_URL: expected a URL here or a host in POSTGRES_HOST, was nothing',
    ]);
  });

  test('takes Postgres in parts, the password from a file', () => {
    const env = { REDIS_URL: least.REDIS_URL, POSTGRES_HOST: 'db', POSTGRES_PASSWORD_FILE: secretFile('pass word\n') };
    expect(readPlatformEnvironment(env).database).toEqual({
      host: 'db',
      port: 5432,
      database: 'octant',
      user: 'octant',
      password: 'pass word',
    });
  });
});

describe('secrets', () => {
  test('come from a file without its trailing newline', () => {
    const env = readPlatformEnvironment({ ...least, ADMIN_TOKEN_FILE: secretFile('the-token\r\n') });
    expect([env.adminToken?.reveal(), env.env['ADMIN_TOKEN'], env.secrets]).toEqual([
      'the-token',
      'the-token',
      ['the-token'],
    ]);
  });

  test('given both ways are an error that names both', () => {
    expect(problemsOf({ ...least, ADMIN_TOKEN: 'a', ADMIN_TOKEN_FILE: secretFile('b') })).toEqual([
      'ADMIN_TOKEN and ADMIN_TOKEN_FILE: expected only one of the two, was both',
    ]);
  });

  test('in a file that is missing or empty are an error that names variable and file', () => {
    const empty = secretFile('\n');
    expect(problemsOf({ ...least, SLACK_BOT_TOKEN_FILE: '/nowhere/token', ADMIN_TOKEN_FILE: empty })).toEqual([
      'SLACK_BOT_TOKEN_FILE: expected a readable file, was /nowhere/token (ENOENT)',
      `ADMIN_TOKEN_FILE: expected a secret in ${empty}, was an empty file`,
    ]);
  });

  test('of an integration are not set while their file is empty', () => {
    const empty = secretFile('\n');
    const { env, secrets } = resolveSecretFiles({ SLACK_BOT_TOKEN_FILE: empty, BINANCE_API_KEY_FILE: empty });
    expect([env['SLACK_BOT_TOKEN'], env['BINANCE_API_KEY'], secrets]).toEqual([undefined, undefined, []]);
  });

  test('take the password of Redis into its address, in any characters', () => {
    const source = { REDIS_URL: 'redis://risk-manager@redis:6379', REDIS_PASSWORD_FILE: secretFile('p@ss/w:rd%\n') };
    const { env, secrets } = resolveSecretFiles(source);
    expect([env['REDIS_URL'], new Set(secrets)]).toEqual([
      'redis://risk-manager:p%40ss%2Fw%3Ard%25@redis:6379',
      new Set(['p%40ss%2Fw%3Ard%25', 'p@ss/w:rd%']),
    ]);
    expect(problemsOf({ ...least, REDIS_URL: 'redis://:other@redis:6379', REDIS_PASSWORD: 'one' })).toEqual([
      'REDIS_URL and REDIS_PASSWORD: expected the password in only one of the two, was in both',
    ]);
  });

  test('of any name that a data source may give are resolved and known, other *_FILE variables stay', () => {
    const file = secretFile('exchange-secret\n');
    const { env, secrets } = resolveSecretFiles({ BINANCE_API_SECRET_FILE: file, NODE_EXTRA_FILE: '/x' });
    expect([env['BINANCE_API_SECRET'], env['NODE_EXTRA'], secrets]).toEqual([
      'exchange-secret',
      undefined,
      ['exchange-secret'],
    ]);
  });

  test('in a server’s URL are its password, plain and decoded, not its address', () => {
    const { secrets } = resolveSecretFiles({ DATABASE_URL: 'postgres://octant:p%40ssw0rd@db:5432/octant' });
    expect(secrets).toEqual(['p%40ssw0rd', 'p@ssw0rd']);
  });

  test('do not show when printed, put into text or into JSON', () => {
    const secret = new Secret('hunter2hunter2');
    expect([String(secret), JSON.stringify({ secret }), inspect({ secret })].join(' ')).not.toContain('hunter2');
  });
});
