import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AuthScheme } from '../auth/authenticator.js';
import { ConfigError } from '../config/config-error.js';
import { describeIssue } from '../config/describe-issue.js';
import { parseYaml } from '../config/parse-yaml.js';

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One operation of an OpenAPI file. */
export interface ApiOperation {
  readonly operationId: string;
  readonly method: HttpMethod;
  /** As in the file: `/trade/status/{id}`. */
  readonly path: string;
  /** `undefined`: open to all. */
  readonly scheme: AuthScheme | undefined;
  /** What a signed admin token must name to open it; undefined: only the admin token itself does. */
  readonly adminScope: string | undefined;
  readonly bodyLimitBytes: number;
  readonly takesBody: boolean;
  /** Of an operation that has a limit of its own, for callers with a token too: requests an address and minute. */
  readonly rateLimitPerMinute: number | undefined;
}

export interface ApiDocument {
  /** The file's text, served at `/openapi.yaml`. */
  readonly text: string;
  /** Those with fixed paths before those with parameters, so that `/a/b` is not taken for `/a/{id}`. */
  readonly operations: readonly ApiOperation[];
}

/** `/trade/status/{id}` → `/trade/status/:id`. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{([^}]+)\}/g, ':$1');
}

const defaultBodyLimitBytes = 1024 * 1024;
const methods: readonly HttpMethod[] = ['get', 'post', 'put', 'patch', 'delete'];

const requirement = z.union(
  [z.strictObject({ adminToken: z.array(z.string()) }), z.strictObject({ serviceToken: z.array(z.string()) })],
  'expected adminToken or serviceToken',
);
const operationSchema = z.object({
  operationId: z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'expected a camelCase name'),
  security: z.array(requirement).max(1),
  requestBody: z.unknown().optional(),
  'x-admin-scope': z
    .string()
    .regex(/^[a-z]+:[a-z-]+$/, 'expected <area>:<action> in lower case')
    .optional(),
  'x-body-limit-bytes': z.int().positive().default(defaultBodyLimitBytes),
  'x-rate-limit-per-minute': z.int().positive().optional(),
});
const documentSchema = z.object({
  openapi: z.string().regex(/^3\.0\.\d+$/, 'expected version 3.0.x'),
  paths: z.record(z.string().startsWith('/'), z.record(z.string(), z.unknown())),
});

/**
 * Reads `<dir>/<agent>.yaml` and lists its operations. Each must have an `operationId` and say its `security`; what is under
 * `/admin` must ask for the admin token.
 * @throws ConfigError naming file, path in it, expectation and value; all problems at once.
 */
export function readApiDocument(dir: string, agent: string): ApiDocument {
  const label = `openapi/${agent}.yaml`;
  const text = readText(join(dir, `${agent}.yaml`), label);
  const root = parseYaml(text, label);
  const parsed = documentSchema.safeParse(root);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${label}: ${describeIssue(issue, root)}`));
  }
  const operations: ApiOperation[] = [];
  const problems: string[] = [];
  for (const [path, item] of Object.entries(parsed.data.paths)) {
    for (const method of methods) {
      if (item[method] === undefined) continue;
      const read = readOperation(item[method], { method, path });
      if ('operationId' in read) operations.push(read);
      else problems.push(...read.problems.map((problem) => `${label}: paths.${path}.${method}.${problem}`));
    }
  }
  problems.push(...repeatedIds(operations).map((id) => `${label}: operationId: expected each once, was ${id} twice`));
  if (problems.length > 0) throw new ConfigError(problems);
  const parameters = (operation: ApiOperation) => operation.path.split('{').length;
  return { text, operations: operations.sort((a, b) => parameters(a) - parameters(b)) };
}

function readOperation(
  value: unknown,
  { method, path }: { method: HttpMethod; path: string },
): ApiOperation | { problems: string[] } {
  const parsed = operationSchema.safeParse(value);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => describeIssue(issue, value)) };
  const [first] = parsed.data.security;
  const scheme = first === undefined ? undefined : 'adminToken' in first ? 'adminToken' : 'serviceToken';
  if (/^\/admin(\/|$)/.test(path) && scheme !== 'adminToken') {
    return { problems: [`security: expected [{ adminToken: [] }] under /admin, was ${scheme ?? 'open'}`] };
  }
  return {
    operationId: parsed.data.operationId,
    method,
    path,
    scheme,
    adminScope: parsed.data['x-admin-scope'],
    bodyLimitBytes: parsed.data['x-body-limit-bytes'],
    takesBody: parsed.data.requestBody !== undefined,
    rateLimitPerMinute: parsed.data['x-rate-limit-per-minute'],
  };
}

function repeatedIds(operations: readonly ApiOperation[]): string[] {
  const ids = operations.map((operation) => operation.operationId);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

function readText(path: string, label: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${label}: expected a readable file, was ${String(error)}`], { cause: error });
  }
}
