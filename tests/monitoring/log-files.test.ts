import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { expect, test } from 'vitest';
import { part } from '../support/agent-desk.js';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const alloy = read('alloy/config.alloy').replaceAll(/^\s*\/\/.*$/gm, '');

/** Stages of Alloy's `loki.process` that the configuration may use. */
const STAGES = ['json', 'docker', 'labels', 'structured_metadata', 'label_drop'];

test('Loki forgets after a while: the compactor deletes, and there is a period', () => {
  const loki = parseYaml(read('loki/loki.yml'), 'loki.yml');
  expect(part(loki, 'compactor')).toMatchObject({ retention_enabled: true, delete_request_store: 'filesystem' });
  expect(part(loki, 'limits_config', 'retention_period')).toBe('${LOKI_RETENTION:-336h}');
  expect(part(loki, 'schema_config', 'configs', 0)).toMatchObject({ store: 'tsdb', schema: 'v13' });
});

test('every component of Alloy that is named is declared, and every declared one is used', () => {
  const declared = [...alloy.matchAll(/^([a-z_]+(?:\.[a-z_]+)+) "(\w+)" \{$/gm)].map(
    ([, kind, label]) => `${kind ?? ''}.${label ?? ''}`,
  );
  const named = [...alloy.matchAll(/[[= ]((?:local|loki)\.[\w.]+)\.(?:targets|receiver)\b/g)].map(
    ([, name = '']) => name,
  );
  expect(declared).toEqual([
    'local.file_match.containers',
    'loki.source.file.containers',
    'loki.process.containers',
    'loki.write.desk',
  ]);
  expect([...named].sort()).toEqual(
    ['local.file_match.containers', 'loki.process.containers', 'loki.write.desk'].sort(),
  );
});

test('the configuration of Alloy has balanced brackets and only stages that there are', () => {
  const outsideTexts = alloy.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const open: string[] = [];
  const pairs: Readonly<Record<string, string>> = { '}': '{', ']': '[', ')': '(' };
  for (const [bracket] of outsideTexts.matchAll(/[{}[\]()]/g)) {
    const opening = pairs[bracket];
    if (opening === undefined) open.push(bracket);
    else expect(open.pop()).toBe(opening);
  }
  expect(open).toEqual([]);
  const stages = [...alloy.matchAll(/\bstage\.(\w+) \{/g)].map(([, stage = '']) => stage);
  expect(stages).toEqual(['json', 'docker', 'json', 'labels', 'structured_metadata', 'label_drop']);
  expect(stages.filter((stage) => !STAGES.includes(stage))).toEqual([]);
});

test('Alloy reads files and no socket, and labels by service and level alone', () => {
  expect(alloy).not.toContain('docker.sock');
  expect(alloy).not.toMatch(/discovery\.docker|loki\.source\.docker/);
  expect(alloy).toMatch(/stage\.labels \{\s+values = \{"service" = "", "level" = ""\}\s+\}/);
});
