import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OpenApiSpecLoader, type Spec } from 'express-openapi-validator/dist/framework/openapi.spec.loader.js';
import { describe, expect, test } from 'vitest';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { readApiDocument } from '@octant/platform/http/open-api-document';

const folder = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
// The guardian serves as an agent does, but is none: it has to work where they do not.
const agents = [...readdirSync(folder('agents')), 'guardian'].sort();

describe('the OpenAPI files', () => {
  test('are one an agent, and none without an agent', () => {
    const files = readdirSync(folder('openapi')).filter((name) => name.endsWith('.yaml'));
    expect(files.sort()).toEqual(agents.map((agent) => `${agent}.yaml`));
  });

  test.each(agents)('of %s is valid OpenAPI, self-contained, and lists the platform’s routes', async (agent) => {
    const { text, operations } = readApiDocument(folder('openapi'), agent);
    const apiDoc = parseYaml(text, agent) as Spec['apiDoc'];
    const loader = new OpenApiSpecLoader({ apiDoc, validateApiSpec: true, $refParser: { mode: 'bundle' } });
    await expect(loader.load()).resolves.toBeDefined();
    const foreign = [...text.matchAll(/\$ref: *['"]?([^'"\s}]+)/g)].filter(([, target]) => !target?.startsWith('#/'));
    expect(foreign).toEqual([]);
    const open = operations.filter(({ path }) => ['/health', '/livez', '/metrics'].includes(path));
    expect(open.map(({ operationId, scheme }) => [operationId, scheme])).toEqual([
      ['getHealth', undefined],
      ['getLivez', undefined],
      ['getMetrics', undefined],
    ]);
  });
});
