import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = [...readdirSync(join(root, 'agents')).map((agent) => `agents/${agent}`), 'guardian', 'deploy/migrate'];
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe("the agents' Dockerfiles", () => {
  test.each(folders)('%s has the common text with its own name', (folder) => {
    const common = read('agents/orchestrator/Dockerfile').replaceAll(
      /(WORKSPACE=|-f )agents\/orchestrator/g,
      `$1${folder}`,
    );
    expect(read(`${folder}/Dockerfile`)).toBe(common);
  });

  test('know every workspace, so that `npm ci` finds the manifests that the lock file is about', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    const expanded = workspaces.flatMap((name) =>
      name === 'agents/*' ? folders.filter((f) => f.startsWith('agents/')) : [name],
    );
    for (const file of ['agents/orchestrator/Dockerfile', 'tests/Dockerfile', 'tests/support/exchange/Dockerfile']) {
      const copied = [...read(file).matchAll(/^COPY (\S+)\/package\.json \S+\/$/gm)].map((match) => match[1]);
      expect(copied.sort(), file).toEqual(expanded.sort());
    }
  });

  test.each([...folders, 'tests', 'tests/support/exchange'])('%s needs no registry of frontends', (folder) => {
    expect(read(`${folder}/Dockerfile`)).not.toMatch(/^# *syntax/m);
  });
});
