import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ConfigSpec } from './config-spec.js';
import { loadConfig, type LoadedConfig } from './load-config.js';

const limits = z.object({
  limits: z
    .object({ max_order_usd: z.number().positive().default(1000), max_daily_loss_pct: z.number().max(100).default(2) })
    .prefault({}),
  rules: z
    .array(z.discriminatedUnion('type', [z.object({ type: z.literal('min_confidence'), threshold: z.number() })]))
    .default([]),
});
const strategy = z.object({ name: z.string(), lookback: z.int().min(2) });
const spec = {
  parse: (reader: Parameters<ConfigSpec<unknown>['parse']>[0]) => ({
    risk: reader.file('agents/risk.yaml', limits),
    strategies: reader.folder('strategies', strategy),
  }),
};
type Config = ReturnType<typeof spec.parse>;

const opened: LoadedConfig<unknown>[] = [];
afterEach(() => {
  for (const config of opened.splice(0)) config.close();
});

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'octant-config-'));
  for (const [file, text] of Object.entries(files)) write(dir, file, text);
  return dir;
}

function write(dir: string, file: string, text: string): void {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
}

function load(dir: string) {
  const lines: string[] = [];
  const log = {
    info: (_fields: object, message: string) => lines.push(`info ${message}`),
    error: (_fields: object, message: string) => lines.push(`error ${message}`),
  };
  const config = loadConfig(spec, { dir, log });
  opened.push(config);
  return { config, lines };
}

function problemsOf(dir: string): readonly string[] {
  try {
    load(dir);
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
  return [];
}

describe('loading', () => {
  test('a missing file gives the defaults, and so does one with comments only', () => {
    const defaults = { limits: { max_order_usd: 1000, max_daily_loss_pct: 2 }, rules: [] };
    expect(load(folder({})).config.current()).toEqual({ risk: defaults, strategies: [] });
    expect(load(folder({ 'agents/risk.yaml': '# nothing yet\n\n' })).config.current().risk).toEqual(defaults);
  });

  test('a folder gives every YAML file in name order', () => {
    const dir = folder({
      'strategies/b.yaml': 'name: b\nlookback: 3\n',
      'strategies/a.yml': 'name: a\nlookback: 2\n',
      'strategies/notes.txt': 'name: c',
    });
    expect(load(dir).config.current().strategies).toEqual([
      { file: 'strategies/a.yml', value: { name: 'a', lookback: 2 } },
      { file: 'strategies/b.yaml', value: { name: 'b', lookback: 3 } },
    ]);
  });

  test('unknown fields are ignored, and reported each once', () => {
    const text =
      'limits:\n  max_order_usd: 5\n  max_ordr: 1\nextra: { a: { b: 1 } }\nrules:\n  - { type: min_confidence, threshold: 1, note: x }\n';
    const { config, lines } = load(folder({ 'agents/risk.yaml': text }));
    expect(config.current().risk.limits.max_order_usd).toBe(5);
    expect(lines).toEqual([
      'info config/agents/risk.yaml: limits.max_ordr: unknown field, ignored',
      'info config/agents/risk.yaml: extra: unknown field, ignored',
      'info config/agents/risk.yaml: rules[0].note: unknown field, ignored',
    ]);
  });
});

describe('a wrong configuration', () => {
  test('is refused with file, path, expectation and value of all problems in all files', () => {
    const dir = folder({
      'agents/risk.yaml':
        'limits:\n  max_order_usd: "1000"\n  max_daily_loss_pct: 150\nrules:\n  - type: astrology\n  - type: min_confidence\n',
      'strategies/momentum.yaml': 'name: 7\nlookback: 1.5\n',
      'strategies/short.yaml': 'name: short\nlookback: 1\n',
    });
    expect(problemsOf(dir)).toEqual([
      'config/agents/risk.yaml: limits.max_order_usd: expected a number, was "1000"',
      'config/agents/risk.yaml: limits.max_daily_loss_pct: expected a number <= 100, was 150',
      'config/agents/risk.yaml: rules[0].type: expected "min_confidence", was "astrology"',
      'config/agents/risk.yaml: rules[1].threshold: expected a number, was nothing',
      'config/strategies/momentum.yaml: name: expected text, was 7',
      'config/strategies/momentum.yaml: lookback: expected a whole number, was 1.5',
      'config/strategies/short.yaml: lookback: expected a number >= 2, was 1',
    ]);
  });

  test('that is no YAML is refused with file, line and column', () => {
    const dir = folder({ 'agents/risk.yaml': 'limits:\n  max_order_usd: 1\n rules: []\n' });
    expect(problemsOf(dir)).toEqual([expect.stringMatching(/^config\/agents\/risk\.yaml:3:\d+: expected YAML, was /)]);
  });

  test('that is a list instead of a mapping says so', () => {
    expect(problemsOf(folder({ 'agents/risk.yaml': '- 1\n' }))).toEqual([
      'config/agents/risk.yaml: (the whole file): expected a mapping, was [1]',
    ]);
  });

  test('does not print what looks like a credential', () => {
    const dir = folder({ 'strategies/x.yaml': 'name: x\nlookback: 5\n' });
    const withToken = z.object({ api_token: z.number() });
    const log = { info: () => undefined, error: () => undefined };
    const read = () => loadConfig({ parse: (reader) => reader.file('strategies/x.yaml', withToken) }, { dir, log });
    write(dir, 'strategies/x.yaml', 'api_token: xoxb-very-secret\n');
    expect(read).toThrow('config/strategies/x.yaml: api_token: expected a number, was [redacted]');
  });
});

describe('reloading', () => {
  test('replaces the configuration and tells the listeners old and new', () => {
    const dir = folder({ 'agents/risk.yaml': 'limits: { max_order_usd: 1 }\n' });
    const { config, lines } = load(dir);
    const heard: number[][] = [];
    config.onChange((next: Config, previous: Config) => {
      heard.push([previous.risk.limits.max_order_usd, next.risk.limits.max_order_usd]);
    });
    write(dir, 'agents/risk.yaml', 'limits: { max_order_usd: 2 }\n');
    config.reload('test');
    config.reload('test');
    expect([heard, config.current().risk.limits.max_order_usd]).toEqual([[[1, 2]], 2]);
    expect(lines).toEqual(['info configuration reloaded']);
  });

  test('keeps the old configuration while the new one is wrong, and says once what is wrong', () => {
    const dir = folder({ 'agents/risk.yaml': 'limits: { max_order_usd: 1 }\n' });
    const { config, lines } = load(dir);
    write(dir, 'agents/risk.yaml', 'limits: { max_order_usd: none }\n');
    config.reload('test');
    config.reload('test');
    expect(config.current().risk.limits.max_order_usd).toBe(1);
    expect(lines).toEqual([
      'error configuration is wrong, the previous one stays: config/agents/risk.yaml: limits.max_order_usd: expected a number, was "none"',
    ]);
  });

  test('goes on with the other listeners when one fails', () => {
    const dir = folder({});
    const { config, lines } = load(dir);
    const heard: string[] = [];
    config.onChange(() => {
      throw new Error('broken listener');
    });
    config.onChange(() => heard.push('second'));
    write(dir, 'strategies/new.yaml', 'name: new\nlookback: 5\n');
    config.reload('test');
    expect([heard, lines.at(-1)]).toEqual([['second'], 'error a listener failed on the new configuration']);
  });

  test('happens by itself when a file changes, appears or goes', async () => {
    const dir = folder({ 'agents/risk.yaml': 'limits: { max_order_usd: 1 }\n' });
    const { config } = load(dir);
    config.watch();
    const next = () => new Promise<Config>((resolve) => config.onChange(resolve));
    let changed = next();
    write(dir, 'agents/risk.yaml', 'limits: { max_order_usd: 2 }\n');
    expect((await changed).risk.limits.max_order_usd).toBe(2);
    changed = next();
    write(dir, 'strategies/new.yaml', 'name: new\nlookback: 5\n');
    expect((await changed).strategies).toHaveLength(1);
    changed = next();
    rmSync(join(dir, 'strategies', 'new.yaml'));
    expect((await changed).strategies).toHaveLength(0);
  });

  test('happens on SIGHUP', async () => {
    const dir = folder({});
    const { config } = load(dir);
    config.watch();
    const changed = new Promise<Config>((resolve) => config.onChange(resolve));
    write(dir, 'agents/risk.yaml', 'limits: { max_order_usd: 9 }\n');
    process.kill(process.pid, 'SIGHUP');
    expect((await changed).risk.limits.max_order_usd).toBe(9);
  });
});
