import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { inventory } from '../../deploy/secrets/inventory.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const version = process.env['OCTANT_VERSION'] ?? '0.1.0';
const base = process.env['NODE_BASE'] ?? 'node:20-bookworm-slim';
const withCcxt = ['market-analyst', 'trade-executor', 'guardian'];
const images = [
  'orchestrator',
  'market-analyst',
  'portfolio-manager',
  'risk-manager',
  'trade-executor',
  'notification-manager',
  'parameter-optimizer',
  'mcp-hub-controller',
  'guardian',
  'migrate',
].map((name) => ({ name, image: `octant/${name}:${version}` }));

const folder = mkdtempSync(join(tmpdir(), 'octant-images-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const docker = (args: readonly string[]) => execFileSync('docker', args, { encoding: 'utf8' });
const isBuilt = ({ image }: { image: string }) =>
  spawnSync('docker', ['image', 'inspect', image, base], { stdio: 'ignore', timeout: 10_000 }).status === 0;
const here = images.filter(isBuilt);

/** Layers of an image that its base has not, as files; a file that a later layer hides is in one of them, too. */
function layersOf(image: string): readonly string[] {
  const place = mkdtempSync(join(folder, 'layers-'));
  execFileSync('sh', ['-c', `docker save "$1" | tar -x -C "$2"`, 'sh', image, place]);
  const [{ Layers: layers }] = JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8')) as [{ Layers: string[] }];
  const ofBase = docker(['image', 'inspect', '--format', '{{len .RootFS.Layers}}', base]).trim();
  return layers.slice(Number(ofBase)).map((layer) => join(place, layer));
}

const secretValues = inventory
  .map(({ name }) => join(root, 'secrets', name))
  .filter((file) => existsSync(file))
  .map((file) => readFileSync(file, 'utf8').trim())
  .filter((value) => value.length >= 16);

describe.runIf(here.length > 0)('images', () => {
  test.each(here)('$name holds no secret, no test and no source map above its base', ({ name, image }) => {
    let bytes = 0;
    const unwanted: string[] = [];
    for (const layer of layersOf(image)) {
      const content = readFileSync(layer);
      bytes += content.length;
      expect(secretValues.filter((value) => content.includes(value)).length, 'secrets of this checkout').toBe(0);
      for (const path of execFileSync('tar', ['-tf', layer], { encoding: 'utf8', maxBuffer: 64e6 }).split('\n')) {
        if (/\.map$|\.(test|spec)\.[cm]?[jt]s$|(^|\/)secrets\/|(^|\/)\.env$|\.pem$|\.key$/.test(path))
          unwanted.push(path);
        if (/\.d\.ts$|^app\/(tests|docs)\/|^app\/scripts\/.*\.js$/.test(path)) unwanted.push(path);
      }
    }
    expect(unwanted).toEqual([]);
    if (!withCcxt.includes(name)) expect(bytes).toBeLessThan(60e6);
  });

  test.each(here)('$name runs as an ordinary user, from an exec-form command, with a health check', ({ image }) => {
    const [{ Config: config }] = JSON.parse(docker(['image', 'inspect', image])) as [
      { Config: { User: string; Cmd: string[]; Env: string[]; Healthcheck?: { Test: string[] } } },
    ];
    expect({ user: config.User, cmd: config.Cmd, check: config.Healthcheck?.Test }).toEqual({
      user: '10001:10001',
      cmd: ['node', 'dist/main.js'],
      check: ['CMD', 'node', '/app/health-check.js'],
    });
    expect(config.Env.filter((line) => /(TOKEN|SECRET|PASSWORD|KEY)=/.test(line))).toEqual([]);
  });
});

test.skipIf(here.length === images.length)(
  'images are looked into where a Docker Engine has them (docker compose build)',
  () => {
    expect(here).toHaveLength(0);
  },
);
