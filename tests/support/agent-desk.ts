import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentDefinition } from '@octant/platform/agent/definition';
import { startAgent, type AgentHandle } from '@octant/platform/agent/start-agent';
import type { Bus } from '@octant/platform/bus/bus';
import { openBus } from '@octant/platform/bus/open-bus';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { pino } from 'pino';
import { DeskUsers } from './desk-users.js';
import { freshDesk, type FreshDesk } from './test-servers.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const logger = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });

export const ADMIN_TOKEN = 'admin-token-of-the-test';
export const SERVICE_TOKEN = 'service-token-of-the-test';
export const asAdmin = { 'x-admin-token': ADMIN_TOKEN };
export const asService = { 'x-service-token': SERVICE_TOKEN };

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

/** What stands at a path in a JSON value; undefined where there is nothing. */
export function part(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    found = typeof found === 'object' && found !== null ? (found as Record<string | number, unknown>)[step] : undefined;
  }
  return found;
}

/** An agent that runs inside the test, on the test's servers. */
export interface AgentUnderTest {
  readonly handle: AgentHandle;
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<HttpAnswer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<HttpAnswer>;
  metrics(): Promise<string>;
}

export interface AgentSetup {
  readonly env?: Readonly<Record<string, string>>;
  /** YAML texts by path below the configuration directory; the repository's own files when absent. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * A migrated desk of its own for one test file: agents in this process with the rights of the compose fleet, a bus to publish
 * with, streams to look at.
 */
export class AgentDesk {
  readonly servers: FreshDesk;
  readonly bus: Bus;
  readonly #agents: AgentHandle[] = [];
  readonly #folders: string[] = [];
  readonly #users: DeskUsers;
  /** What the agents log, of warnings and errors. */
  readonly #log: string[] = [];

  private constructor(servers: FreshDesk, users: DeskUsers) {
    this.servers = servers;
    this.#users = users;
    this.bus = openBus({ redisUrl: servers.redisUrl, prefix: servers.prefix, agent: 'test', logger });
  }

  static async open(name: string): Promise<AgentDesk> {
    const servers = freshDesk(name);
    const { databaseUrl: connection, schema } = servers;
    await migrateDatabase({ connection, schema, directory: join(root, 'migrations'), logger });
    return new AgentDesk(servers, await DeskUsers.create(servers));
  }

  async start<Config>(definition: AgentDefinition<Config>, setup: AgentSetup = {}): Promise<AgentUnderTest> {
    const { prefix, schema } = this.servers;
    const { redisUrl, databaseUrl } = this.#users.urlsOf(definition.name);
    const handle = await startAgent(definition, {
      env: {
        PORT: '0',
        LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'warn',
        REDIS_URL: redisUrl,
        DATABASE_URL: databaseUrl,
        OCTANT_REDIS_PREFIX: prefix,
        OCTANT_PG_SCHEMA: schema,
        OPENAPI_DIR: join(root, 'openapi'),
        OPENAPI_VALIDATE_RESPONSES: 'true',
        CONFIG_DIR: setup.config === undefined ? join(root, 'config') : this.configFolder(setup.config),
        ADMIN_TOKEN,
        SERVICE_TOKEN,
        ...setup.env,
      },
      write: (line) => {
        this.#log.push(line);
        if (process.env['TEST_LOG_LEVEL'] !== undefined) process.stdout.write(line);
      },
    });
    this.#agents.push(handle);
    return agentUnderTest(handle);
  }

  /** Writes a configuration directory. */
  configFolder(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'octant-config-'));
    this.#folders.push(folder);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  }

  /** Every entry of a stream, oldest first. */
  async entries(stream: string): Promise<{ id: string; type: string; payload: Record<string, unknown> }[]> {
    const rows = await this.servers.redis.xrange(this.servers.prefix + stream, '-', '+');
    return rows.map(([, flat]) => {
      const fields = new Map<string, string>();
      for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? '', flat[i + 1] ?? '');
      const payload = JSON.parse(fields.get('data') ?? 'null') as Record<string, unknown>;
      return { id: fields.get('id') ?? '', type: fields.get('type') ?? '', payload };
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await this.bus.stop(1000);
    try {
      await this.#users.close(this.#log);
    } finally {
      await this.servers.drop();
      for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
    }
  }
}

function agentUnderTest(handle: AgentHandle): AgentUnderTest {
  const call = async (path: string, init: RequestInit): Promise<HttpAnswer> => {
    const response = await fetch(handle.url + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    handle,
    url: handle.url,
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    metrics: async () => String((await call('/metrics', {})).body),
  };
}

/** The text of one of the repository's configuration files. */
export function repositoryConfig(path: string): string {
  return readFileSync(join(root, 'config', path), 'utf8');
}

/** A port that was free a moment ago, for what must know its own address before it listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
