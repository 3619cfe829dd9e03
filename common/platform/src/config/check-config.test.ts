import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { checkConfig } from './check-config.js';
import type { ConfigSpec } from './config-spec.js';

const spec: ConfigSpec<{ limit: number }> = {
  parse: (reader) => reader.file('limits.yaml', z.object({ limit: z.number() })),
};

function configOf(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'octant-check-config-'));
  writeFileSync(join(dir, 'limits.yaml'), text);
  return dir;
}

afterEach(() => vi.restoreAllMocks());

describe('checkConfig', () => {
  it('answers 0 for a configuration that a start would take', () => {
    const told = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const dir = configOf('limit: 3\n');
    expect(checkConfig('an-agent', spec, { CONFIG_DIR: dir })).toBe(0);
    expect(told.mock.calls).toEqual([[`an-agent: the configuration in ${dir} can be read\n`]]);
  });

  it('answers 2 and names file, field and value of one that it would not', () => {
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(checkConfig('an-agent', spec, { CONFIG_DIR: configOf('limit: much\n') })).toBe(2);
    expect(String(told.mock.calls[0]?.[0])).toMatch(/^an-agent: config\/limits\.yaml: limit.*"much"/);
  });
});
