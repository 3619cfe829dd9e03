import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { portfolioManager } from '../../../agents/portfolio-manager/src/agent.js';
import { tradeExecutor } from '../../../agents/trade-executor/src/agent.js';
import { startAgent, type AgentHandle, type StartOptions } from '@octant/platform/agent/start-agent';
import type { Bus } from '@octant/platform/bus/bus';
import { openBus } from '@octant/platform/bus/open-bus';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { pino } from 'pino';
import { expect } from 'vitest';
import { DeskUsers } from '../../support/desk-users.js';
import { freshDesk } from '../../support/test-servers.js';

const folder = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const logger = pino({ level: 'silent' });
const SERVICE_TOKEN = 'service-token-of-the-tests';

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Executor and portfolio on servers of their own, with a risk-manager that answers what it is told. */
export class ExecutionDesk {
  readonly #fresh = freshDesk('execution');
  readonly sql = this.#fresh.sql;
  /** What the agents logged as errors. */
  readonly log: string[] = [];
  readonly riskQuestions: Record<string, unknown>[] = [];
  riskAnswer: Record<string, unknown> = { ok: true, riskScore: 0.1 };
  #users: DeskUsers | undefined;
  #risk: Server | undefined;
  #bus: Bus | undefined;
  readonly #agents = new Set<AgentHandle>();
  executor: AgentHandle | undefined;
  portfolio: AgentHandle | undefined;

  async open(): Promise<void> {
    const { databaseUrl, schema, prefix, redisUrl } = this.#fresh;
    await migrateDatabase({ connection: databaseUrl, schema, directory: folder('migrations'), logger });
    this.#users = await DeskUsers.create(this.#fresh);
    this.#bus = openBus({ redisUrl, prefix, agent: 'orchestrator', logger });
    this.#risk = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        this.riskQuestions.push(JSON.parse(text) as Record<string, unknown>);
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(this.riskAnswer));
      });
    });
    await new Promise<void>((resolve) => this.#risk?.listen(0, '127.0.0.1', resolve));
  }

  async startExecutor(options: Omit<StartOptions, 'env'> = {}, graceMs = 4000): Promise<AgentHandle> {
    const { port } = this.#risk?.address() as AddressInfo;
    const env = { ...this.#env('trade-executor', graceMs), RISK_MANAGER_URL: `http://127.0.0.1:${String(port)}` };
    this.executor = await startAgent(tradeExecutor, { ...options, env, write: (line) => this.log.push(line) });
    this.#agents.add(this.executor);
    return this.executor;
  }

  async startPortfolio(options: Omit<StartOptions, 'env'> = {}): Promise<AgentHandle> {
    const env = { ...this.#env('portfolio-manager', 4000), TRADE_EXECUTOR_URL: this.executor?.url ?? '' };
    this.portfolio = await startAgent(portfolioManager, { ...options, env, write: (line) => this.log.push(line) });
    this.#agents.add(this.portfolio);
    return this.portfolio;
  }

  async stop(agent: AgentHandle | undefined): Promise<void> {
    if (agent === undefined) return;
    this.#agents.delete(agent);
    await agent.stop();
  }

  async publish(stream: string, id: string, payload: Record<string, unknown>): Promise<void> {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const envelope = { ts: new Date().toISOString(), traceId };
    await this.#bus?.publish({ stream, id, type: 'test', payload: { ...envelope, ...payload } });
  }

  /** Appends an entry as a stranger would, past the bus. */
  async append(stream: string, ...fields: readonly string[]): Promise<void> {
    await this.#fresh.redis.xadd(`${this.#fresh.prefix}${stream}`, '*', ...fields);
  }

  /** Payloads of a stream, in its order. */
  async payloads(stream: string): Promise<Record<string, unknown>[]> {
    const entries = await this.#fresh.redis.xrange(`${this.#fresh.prefix}${stream}`, '-', '+');
    return entries.map(
      ([, fields]) => JSON.parse(fields[fields.indexOf('data') + 1] ?? 'null') as Record<string, unknown>,
    );
  }

  /** Error codes of a stream's dead letters. */
  async deadLetters(stream: string): Promise<string[]> {
    const { entries } = (await this.#bus?.admin.deadLetters(stream, 100)) ?? { entries: [] };
    return entries.map((letter) => letter.error.code);
  }

  async pending(stream: string, group: string): Promise<number> {
    return (await this.#bus?.admin.pending(stream, group, 10))?.total ?? -1;
  }

  call(agent: AgentHandle | undefined, path: string, body?: unknown): Promise<Reply> {
    return this.send(agent, path, { body, headers: {} });
  }

  async send(
    agent: AgentHandle | undefined,
    path: string,
    { body, headers }: { readonly body: unknown; readonly headers: Readonly<Record<string, string>> },
  ): Promise<Reply> {
    const response = await fetch(`${agent?.url ?? ''}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-service-token': SERVICE_TOKEN, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Reply['body'] };
  }

  /** Loses a stream, as a Redis does that comes back without its last writes. */
  async lose(stream: string): Promise<void> {
    await this.#fresh.redis.del(`${this.#fresh.prefix}${stream}`);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents].map((agent) => agent.stop()));
    await this.#bus?.stop(1000);
    await new Promise((resolve) => this.#risk?.close(resolve));
    try {
      await this.#users?.close(this.log);
    } finally {
      await this.#fresh.drop();
    }
  }

  #env(agent: string, graceMs: number): Record<string, string> {
    const { prefix, schema } = this.#fresh;
    const { databaseUrl, redisUrl } = this.#users?.urlsOf(agent) ?? this.#fresh;
    return {
      PORT: '0',
      REDIS_URL: redisUrl,
      DATABASE_URL: databaseUrl,
      OCTANT_REDIS_PREFIX: prefix,
      OCTANT_PG_SCHEMA: schema,
      SERVICE_TOKEN,
      ADMIN_TOKEN: 'admin-token-of-the-tests',
      CONFIG_DIR: folder('tests/integration/execution/config'),
      OPENAPI_DIR: folder('openapi'),
      OPENAPI_VALIDATE_RESPONSES: 'true',
      SHUTDOWN_GRACE_MS: String(graceMs),
      LOG_LEVEL: 'error',
    };
  }
}

/** Asserts what will hold soon, on a machine that may be busy. */
export function eventually<Value>(get: () => Promise<Value>) {
  return expect.poll(get, { timeout: 20_000, interval: 20 });
}

/** 2024-01-01T00:00Z, and the length of the tests' candles. */
export const START_MS = Date.UTC(2024, 0, 1);
export const HOUR_MS = 3_600_000;

export function anOrderMessage(fields: Record<string, unknown> = {}): Record<string, unknown> & { orderId: string } {
  const requestId = (fields['requestId'] as string | undefined) ?? 's1.BTC-USDT.1';
  return {
    orderId: `${requestId}.0`,
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    type: 'market',
    requestId,
    sessionId: 's1',
    timeframe: '1h',
    referencePrice: '100',
    notBeforeMs: START_MS,
    haltVersion: 0,
    approval: { requestId, riskScore: 0.1 },
    ...fields,
  };
}

export function aStep(hour: number, fields: Record<string, unknown> = {}, price = '100'): Record<string, unknown> {
  const candle = { symbol: 'BTC-USDT', open: price, high: '1000', low: '1', close: price, volume: '1' };
  return {
    type: 'candles',
    source: 'replay',
    sessionId: 's1',
    timeframe: '1h',
    closed: true,
    openTimeMs: START_MS + hour * HOUR_MS,
    closeTimeMs: START_MS + (hour + 1) * HOUR_MS,
    candles: [candle],
    simulated: false,
    ...fields,
  };
}
