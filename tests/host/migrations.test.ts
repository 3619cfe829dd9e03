import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from './stub-machine.js';

/** What the version before may still be using: after a rollback it works on the tables of the next one. */
const BREAKS = [
  /\bDROP\s+(TABLE|COLUMN|VIEW|FUNCTION|TYPE|SCHEMA)\b/i,
  /\bRENAME\s+(TO|COLUMN|CONSTRAINT)\b/i,
  /\bALTER\s+COLUMN\s+\S+\s+(SET\s+NOT\s+NULL|(SET\s+DATA\s+)?TYPE)\b/i,
  /\bADD\s+COLUMN\s+(?:(?!DEFAULT)[^,;])*\bNOT\s+NULL\b(?:(?!DEFAULT)[^,;])*[,;]/i,
];

const withoutComments = (sql: string) => sql.replaceAll(/--.*$/gm, '');
const breaks = (sql: string) => BREAKS.some((pattern) => pattern.test(withoutComments(sql)));
const saysSo = (sql: string) => /^-- Backward-compatible: no/im.test(sql.split('\n').slice(0, 5).join('\n'));

const folder = join(repository, 'migrations');
const migrations = readdirSync(folder).filter((name) => name.endsWith('.sql'));

describe('a migration', () => {
  it.each(migrations)('%s leaves the version before able to work, or says that it does not', (name) => {
    const sql = readFileSync(join(folder, name), 'utf8');
    expect(breaks(sql) && !saysSo(sql)).toBe(false);
  });

  it.each([
    'ALTER TABLE orders DROP COLUMN side;',
    'ALTER TABLE orders RENAME TO trades;',
    'ALTER TABLE orders ALTER COLUMN reason SET NOT NULL;',
    'ALTER TABLE orders ALTER COLUMN qty TYPE text;',
    'ALTER TABLE orders ADD COLUMN venue text NOT NULL;',
    'DROP TABLE orders;',
  ])('is found to break by: %s', (sql) => {
    expect(breaks(sql)).toBe(true);
  });

  it.each([
    'CREATE TABLE a (b text NOT NULL);',
    "ALTER TABLE orders ADD COLUMN venue text NOT NULL DEFAULT 'paper';",
    'ALTER TABLE orders ADD COLUMN venue text;',
    '-- DROP TABLE orders;',
  ])('is not found to break by: %s', (sql) => {
    expect(breaks(sql)).toBe(false);
  });
});
