#!/usr/bin/env node
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root, run } from './prepare.js';
import { startTestContainers } from './test-containers.js';

checkNode();
process.exitCode = await test(process.argv.slice(2));

/** All tests with a Redis and a PostgreSQL of their own; arguments go to vitest. */
async function test(args) {
  const say = (line) => process.stdout.write(`${line}\n`);
  const code = await prepare(say);
  if (code !== 0) return code;
  say('Getting Redis and PostgreSQL for the tests …');
  let servers;
  const temporary = mkdtempSync(join(tmpdir(), 'octant-test-'));
  // Servers that tests start may run as another user.
  chmodSync(temporary, 0o755);
  try {
    servers = (await startTestContainers(say)) ?? (await startLocalServers(say));
    const urls = { TEST_REDIS_URL: servers.redisUrl, TEST_DATABASE_URL: servers.databaseUrl };
    const env = { ...process.env, TMPDIR: temporary, ...urls };
    return await run(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...args], env);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    await servers?.stop();
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function startLocalServers(say) {
  const file = join(root, 'scripts', 'launcher', 'dist', 'servers', 'test-servers.js');
  const { startTestServers } = await import(pathToFileURL(file).href);
  return startTestServers({ root, env: process.env, say });
}
