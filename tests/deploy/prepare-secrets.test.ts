import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { READERS_GID, inventory } from '../../deploy/secrets/inventory.js';
import { prepareSecrets } from '../../deploy/secrets/prepare-secrets.js';
import { cookieSecretOf, withoutLineEnd } from '../../deploy/secrets/secret-text.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

function aCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'octant-prepare-'));
  writeFileSync(join(folder, '.env.example'), 'DOMAIN=octant.localhost\n');
  // As git makes it, for the page that is in it.
  mkdirSync(join(folder, 'secrets'), { mode: 0o755 });
  return folder;
}

function prepare(folder: string): string[] {
  const lines: string[] = [];
  prepareSecrets(folder, (line) => lines.push(line));
  return lines;
}

describe('preparing a checkout', () => {
  test('makes .env and every secret, says so on a line each, and never tells a value', () => {
    const folder = aCheckout();
    const lines = prepare(folder);
    expect(lines.map((line) => line.split(':', 1)[0])).toEqual([
      '.env',
      ...inventory.map(({ name }) => `secrets/${name}`),
    ]);
    expect(readdirSync(join(folder, 'secrets')).sort()).toEqual(inventory.map(({ name }) => name).sort());
    for (const { name, make } of inventory) {
      const value = readFileSync(join(folder, 'secrets', name), 'utf8');
      expect(value.length, name).toBeGreaterThanOrEqual(make === undefined ? 0 : 32);
      expect(make !== undefined || value === '', name).toBe(true);
      if (value !== '') expect(lines.join('\n')).not.toContain(value);
    }
  });

  test('leaves alone what is there, also what is empty, and says nothing then', () => {
    const folder = aCheckout();
    writeFileSync(join(folder, '.env'), 'DOMAIN=example.org\n');
    prepare(folder);
    const before = inventory.map(({ name }) => readFileSync(join(folder, 'secrets', name), 'utf8'));
    expect(prepare(folder)).toEqual([]);
    expect(inventory.map(({ name }) => readFileSync(join(folder, 'secrets', name), 'utf8'))).toEqual(before);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('DOMAIN=example.org\n');
  });

  test('closes the folder to others, and gives the files to the group of readers where it may', () => {
    const folder = aCheckout();
    prepare(folder);
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
    const { mode, gid } = statSync(join(folder, 'secrets', 'admin_token'));
    const env = statSync(join(folder, '.env'));
    if (process.getuid?.() === 0) {
      expect([mode & 0o777, gid, env.mode & 0o777, env.gid]).toEqual([0o440, READERS_GID, 0o640, READERS_GID]);
    } else expect([mode & 0o777, env.mode & 0o777]).toEqual([0o444, 0o644]);
  });

  test('makes each value anew', () => {
    const values = inventory.flatMap(({ make }) => (make === undefined ? [] : [make(), make()]));
    expect(new Set(values).size).toBe(values.length);
  });
});

describe('a secret written by hand', () => {
  test('loses its line end and nothing else', () => {
    expect([withoutLineEnd('a b \r\n'), withoutLineEnd(''), withoutLineEnd('\n')]).toEqual(['a b ', '', '']);
  });

  test('for cookies is brought to a length that oauth2-proxy takes, always to the same text', () => {
    const written = `${'A'.repeat(43)}=\n`;
    expect(cookieSecretOf(written)).toHaveLength(32);
    expect(cookieSecretOf(written)).toBe(cookieSecretOf(written.trimEnd()));
    expect(cookieSecretOf(cookieSecretOf(written))).toBe(cookieSecretOf(written));
    expect(['x'.repeat(16), 'x'.repeat(24), 'x'.repeat(32), ''].map(cookieSecretOf)).toEqual([
      'x'.repeat(16),
      'x'.repeat(24),
      'x'.repeat(32),
      '',
    ]);
  });
});

test('git and the images know nothing of secrets and settings', () => {
  const ignored = ['.env', 'secrets/admin_token', 'certs/ca.key', 'docker-compose.override.yml'];
  const { status, stdout } = spawnSync('git', ['check-ignore', ...ignored], { cwd: root, encoding: 'utf8' });
  // 128: a copy without a repository.
  if (status !== 128) expect(stdout.trim().split('\n')).toEqual(ignored);
  expect(readFileSync(join(root, '.dockerignore'), 'utf8')).toMatch(/^\*$/m);
  const ofTests = readFileSync(join(root, 'tests/Dockerfile.dockerignore'), 'utf8').split('\n');
  expect(ofTests).toEqual(expect.arrayContaining(['.env', 'secrets', 'certs', '.git', '.octant']));
});
