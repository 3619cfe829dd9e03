import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readApiDocument } from './open-api-document.js';

function folder(paths: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'octant-openapi-'));
  writeFileSync(join(dir, 'a.yaml'), `openapi: 3.0.3\ninfo: { title: a, version: 0.1.0 }\npaths:\n${paths}`);
  return dir;
}

function problemsOf(dir: string): readonly string[] {
  try {
    readApiDocument(dir, 'a');
  } catch (error) {
    return (error as { problems: readonly string[] }).problems;
  }
  return [];
}

describe('an OpenAPI file', () => {
  test('gives its operations with scheme and limits, fixed paths first', () => {
    const dir = folder(`  /x/{id}:
    parameters: []
    get: { operationId: getX, security: [] }
    post: { operationId: makeX, security: [{ serviceToken: [] }], requestBody: {}, x-body-limit-bytes: 5 }
  /admin/x:
    post: { operationId: haltX, security: [{ adminToken: [] }], x-rate-limit-per-minute: 7 }
`);
    const shared = { bodyLimitBytes: 1_048_576, takesBody: false };
    expect(readApiDocument(dir, 'a').operations).toEqual([
      {
        ...shared,
        operationId: 'haltX',
        method: 'post',
        path: '/admin/x',
        scheme: 'adminToken',
        rateLimitPerMinute: 7,
      },
      { ...shared, operationId: 'getX', method: 'get', path: '/x/{id}', scheme: undefined },
      {
        operationId: 'makeX',
        method: 'post',
        path: '/x/{id}',
        scheme: 'serviceToken',
        bodyLimitBytes: 5,
        takesBody: true,
      },
    ]);
  });

  test('that leaves security or ids open is refused, every place named', () => {
    const dir = folder(`  /admin/x:
    post: { operationId: haltX, security: [{ serviceToken: [] }] }
  /y:
    get: { security: [] }
    post: { operationId: makeY }
    put: { operationId: same, security: [] }
    delete: { operationId: same, security: [{ oauth: [] }] }
    patch: { operationId: same, security: [] }
`);
    expect(problemsOf(dir)).toEqual([
      'openapi/a.yaml: paths./admin/x.post.security: expected [{ adminToken: [] }] under /admin, was serviceToken',
      'openapi/a.yaml: paths./y.get.operationId: expected text, was nothing',
      'openapi/a.yaml: paths./y.post.security: expected a list, was nothing',
      'openapi/a.yaml: paths./y.delete.security[0]: expected adminToken or serviceToken, was {"oauth":[]}',
      'openapi/a.yaml: operationId: expected each once, was same twice',
    ]);
  });

  test('with an id twice is refused', () => {
    const dir = folder(`  /y:
    get: { operationId: same, security: [] }
    put: { operationId: same, security: [] }
`);
    expect(() => readApiDocument(dir, 'a')).toThrow('openapi/a.yaml: operationId: expected each once, was same twice');
  });

  test('that is not there, or not of version 3.0, is refused', () => {
    expect(() => readApiDocument('/nowhere', 'a')).toThrow('openapi/a.yaml: expected a readable file');
    const dir = folder('  {}\n');
    writeFileSync(join(dir, 'b.yaml'), 'openapi: 2.0.0\npaths: {}\n');
    expect(() => readApiDocument(dir, 'b')).toThrow('openapi/b.yaml: openapi: expected version 3.0.x, was "2.0.0"');
  });
});
