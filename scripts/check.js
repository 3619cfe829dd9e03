#!/usr/bin/env node
// Runs every gate of the house, one after the other, and ends with a table of what passed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const gates = [
  ['types', ['tsc', '-p', 'tsconfig.check.json']],
  ['lint', ['eslint', '.', '--max-warnings', '0']],
  ['format', ['prettier', '--check', '--log-level', 'warn', '.']],
  [
    'dependencies',
    ['depcruise', 'common', 'agents', 'guardian', 'scripts/launcher', '--config', '.dependency-cruiser.js'],
  ],
];

const only = process.argv.slice(2);
const unknown = only.find((name) => !gates.some(([gate]) => gate === name));
if (unknown !== undefined) {
  console.error(`check: expected one of ${gates.map(([gate]) => gate).join(', ')}, was ${unknown}`);
  process.exit(2);
}

const results = [];
for (const [name, command] of gates) {
  if (only.length > 0 && !only.includes(name)) continue;
  const startedAt = performance.now();
  console.log(`\n> ${name}: ${command.join(' ')}`);
  const { status } = spawnSync('npx', ['--no-install', ...command], { cwd: root, stdio: 'inherit' });
  results.push({ name, ok: status === 0, seconds: ((performance.now() - startedAt) / 1000).toFixed(1) });
}

console.log('');
for (const { name, ok, seconds } of results) console.log(`${ok ? 'passed' : 'FAILED'}  ${name}  (${seconds} s)`);
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
