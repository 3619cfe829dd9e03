#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// `node scripts/edge.js`: the whole proof of the edge, with its table. It needs the real programs: TRAEFIK_BIN and
// OAUTH2_PROXY_BIN (or both on the PATH), openssl, and for the browser's part CHROME_BIN (or chromium on the PATH). What is
// not there is reported as skipped, by name.
const test = fileURLToPath(new URL('test.js', import.meta.url));
const args = ['--project', 'edge', '--reporter', 'verbose', ...process.argv.slice(2)];
const env = { ...process.env, OCTANT_EDGE: 'full' };
const { status } = spawnSync(process.execPath, [test, ...args], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
