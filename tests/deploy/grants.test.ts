import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { agentGrants } from '../../deploy/migrate/src/grants.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tables that the migrations leave behind. */
function tables(): Set<string> {
  const found = new Set<string>();
  for (const file of readdirSync(join(root, 'migrations')).sort()) {
    const sql = readFileSync(join(root, 'migrations', file), 'utf8');
    for (const [, verb, name] of sql.matchAll(/^(CREATE|DROP) TABLE (\w+)/gm)) {
      if (verb === 'CREATE') found.add(String(name));
      else found.delete(String(name));
    }
  }
  return found;
}

test('every table is used by somebody, and no grant is for a table that is not there', () => {
  const granted = new Set(Object.values(agentGrants).flatMap((grants) => Object.keys(grants)));
  expect([...granted].sort()).toEqual([...tables()].sort());
});

test('a table of an agent is closed to the others', () => {
  const shared = ['external_effects', 'inbox', 'outbox'];
  for (const table of tables()) {
    const holders = Object.entries(agentGrants).filter(([, grants]) => table in grants);
    if (!shared.includes(table)) expect(holders.length, table).toBe(1);
  }
});

test('the audit can be added to and read, by nobody changed', () => {
  const held = Object.values(agentGrants).flatMap((grants) => grants['audit_events'] ?? []);
  expect(held.sort()).toEqual(['INSERT', 'SELECT']);
});
