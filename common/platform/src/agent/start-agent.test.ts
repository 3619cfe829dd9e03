import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeBus } from '../testing/fake-bus.js';
import { FakeDatabase } from '../testing/fake-database.js';
import { clientCertificates, ourAuthority, ourList } from '../testing/edge-certificates.js';
import { exampleAgent, exampleFolders } from '../testing/example-agent.js';
import { PermanentError, TransientError } from '../errors/errors.js';
import type { OperationRequest } from '../http/operation.js';
import { startAgent, type AgentHandle } from './start-agent.js';

const tokens = { ADMIN_TOKEN: 'admin-token-of-the-test', SERVICE_TOKEN: 'service-token-of-the-test' };
const admin = { 'x-admin-token': tokens.ADMIN_TOKEN };
const service = { 'x-service-token': tokens.SERVICE_TOKEN };

const running: AgentHandle[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((agent) => agent.stop()));
});

/** Members of the JSON replies that the tests read. */
interface Body {
  status?: unknown;
  code?: string;
  detail?: string;
  state?: string;
  identity?: unknown;
  timestamp?: string;
  uptimeSeconds?: number;
  dependencies?: unknown;
}

interface LogLine {
  msg: string;
  url?: string;
  errorId?: string;
}

interface Setup {
  env?: Record<string, string>;
  agent?: ReturnType<typeof exampleAgent>;
  bus?: FakeBus;
  database?: FakeDatabase;
}

async function start({
  env = {},
  agent = exampleAgent(),
  bus = new FakeBus(),
  database = new FakeDatabase(),
}: Setup = {}) {
  const lines: string[] = [];
  const handle = await startAgent(agent, {
    env: {
      PORT: '0',
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
      OPENAPI_VALIDATE_RESPONSES: 'true',
      ...tokens,
      ...exampleFolders(),
      ...env,
    },
    write: (line) => lines.push(line),
    bus: () => bus,
    database: () => database,
  });
  running.push(handle);
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(handle.url + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const body = (isJson ? JSON.parse(text) : {}) as Body;
    return { status: response.status, headers: response.headers, text, body };
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { handle, lines, bus, database, call, post };
}

describe('operations', () => {
  test('answer with the body and status of their handler', async () => {
    const { post } = await start();
    const reply = await post('/example/orders', { symbol: 'BTC-USDT', qty: 1, side: 'buy' }, service);
    expect([reply.status, reply.body]).toEqual([201, { orderId: 'o1' }]);
  });

  test('get coerced query and path values, the caller, its ids and the idempotency key', async () => {
    const { call } = await start();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const reply = await call('/example/orders/7?limit=3', {
      headers: {
        ...service,
        'x-calling-agent': 'orchestrator',
        'x-request-id': 'r-1',
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
        'idempotency-key': 'k1',
      },
    });
    expect(reply.body).toEqual({
      params: { id: 7 },
      query: { limit: 3 },
      identity: { kind: 'service', name: 'orchestrator' },
      requestId: 'r-1',
      traceId,
      idempotencyKey: 'k1',
    });
    expect(reply.headers.get('x-request-id')).toBe('r-1');
  });

  test('are told a fresh request id when the given one is not sane', async () => {
    const { call } = await start();
    const reply = await call('/example/orders/7', { headers: { 'x-request-id': 'a b"' } });
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('name every wrong field of a body in the problem document', async () => {
    const { post } = await start();
    const reply = await post(
      '/example/orders',
      { symbol: 5, qty: '1', side: 'hold' },
      { ...service, 'x-request-id': 'r2' },
    );
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(reply.body).toEqual({
      type: 'urn:octant:error:invalid_request',
      title: 'Bad Request',
      status: 400,
      code: 'invalid_request',
      requestId: 'r2',
      detail:
        '/body/symbol: expected string, was 5; /body/qty: expected number, was "1"; /body/side: expected one of buy, sell, was "hold"',
      errors: [
        { path: '/body/symbol', message: 'expected string, was 5' },
        { path: '/body/qty', message: 'expected number, was "1"' },
        { path: '/body/side', message: 'expected one of buy, sell, was "hold"' },
      ],
    });
  });

  test.each(['true', 'false'])('are checked alike whether responses are checked too or not (%s)', async (checked) => {
    const { call, post } = await start({ env: { OPENAPI_VALIDATE_RESPONSES: checked } });
    const wrong = await post('/example/orders', { symbol: 5, qty: '1' }, service);
    expect([wrong.status, wrong.body.detail]).toEqual([
      400,
      '/body/side: expected a value, was nothing; /body/symbol: expected string, was 5; /body/qty: expected number, was "1"',
    ]);
    const path = await call('/example/orders/seven');
    expect([path.status, path.body.detail]).toEqual([400, '/params/id: expected integer, was "seven"']);
    const query = await call('/example/orders/7?limit=0');
    expect([query.status, query.body.detail]).toEqual([400, '/query/limit: expected >= 1, was 0']);
    expect((await call('/example/orders/7?limit=2')).body).toMatchObject({ params: { id: 7 }, query: { limit: 2 } });
    expect((await post('/example/orders', { symbol: 'ABC', qty: 1, side: 'buy', note: 'x' }, service)).status).toBe(
      201,
    );
  });

  test('name a missing field and an unknown query parameter', async () => {
    const { call, post } = await start();
    const missing = await post('/example/orders', { symbol: 'BTC-USDT', qty: 1 }, service);
    expect(missing.body.detail).toBe('/body/side: expected a value, was nothing');
    const unknown = await call('/example/orders/7?limt=3');
    expect(unknown.body.detail).toBe('/query/limt: expected no such query parameter, was "3"');
  });

  test('refuse garbage, other content types, too large bodies, unknown paths and methods', async () => {
    const { call, post } = await start();
    const garbage = await post('/example/orders', '{"symbol": ', service);
    expect([garbage.status, garbage.body.code]).toEqual([400, 'malformed_json']);
    const text = await post('/example/orders', 'x', { ...service, 'content-type': 'text/plain' });
    expect([text.status, text.body.code]).toEqual([415, 'unsupported_media_type']);
    const large = await post('/example/orders', { symbol: 'x'.repeat(1_100_000), qty: 1, side: 'buy' }, service);
    expect([large.status, large.body.code]).toEqual([413, 'body_too_large']);
    const allowed = await post('/example/upload', { data: 'x'.repeat(2_000_000) });
    expect(allowed.status).toBe(200);
    const nowhere = await call('/nowhere');
    expect([nowhere.status, nowhere.body.code]).toEqual([404, 'not_found']);
    const method = await call('/example/orders', { method: 'DELETE' });
    expect([method.status, method.body.code, method.headers.get('allow')]).toEqual([405, 'method_not_allowed', 'POST']);
  });

  test('turn what handlers throw into problems, and hide what nobody foresaw', async () => {
    const thrown: Record<string, unknown> = {
      '1': new PermanentError('expected an order, was none', { code: 'not_found', status: 404, details: { id: 1 } }),
      '2': new TransientError('portfolio is behind', { code: 'behind', status: 409, retryAfterMs: 2500 }),
      '3': new Error('the password is hunter2hunter2'),
    };
    const throwing = ({ params }: OperationRequest) => {
      throw thrown[String(params['id'])];
    };
    const agent = exampleAgent(() => ({
      operations: {
        createOrder: throwing,
        getOrder: throwing,
        upload: throwing,
        haltExample: throwing,
      },
    }));
    const { call, lines } = await start({ agent });
    expect((await call('/example/orders/1')).body).toMatchObject({ status: 404, code: 'not_found', id: 1 });
    const behind = await call('/example/orders/2');
    expect([behind.status, behind.body.code, behind.headers.get('retry-after')]).toEqual([409, 'behind', '3']);
    const bug = await call('/example/orders/3');
    expect([bug.status, bug.body.code]).toEqual([500, 'internal_error']);
    expect(bug.text).not.toContain('hunter2');
    const errorId = /reported as ([0-9a-f-]{36})/.exec(bug.body.detail ?? '')?.[1];
    const logged = lines.map((line) => JSON.parse(line) as LogLine).find((line) => line.errorId === errorId);
    expect(logged).toMatchObject({
      level: 'error',
      service: 'example',
      err: { message: 'the password is hunter2hunter2' },
    });
  });

  test('do not hand out a response that the file does not allow', async () => {
    const agent = exampleAgent(() => ({
      operations: {
        createOrder: () => ({ status: 201, body: { id: 5 } }),
        getOrder: () => ({ status: 200, body: {} }),
        upload: () => ({ status: 200, body: {} }),
        haltExample: () => ({ status: 200, body: {} }),
      },
    }));
    const { post } = await start({ agent });
    const reply = await post('/example/orders', { symbol: 'BTC-USDT', qty: 1, side: 'buy' }, service);
    expect([reply.status, reply.body.code]).toEqual([500, 'invalid_response']);
  });
});

describe('tokens', () => {
  test('open an admin route only with the admin token, and each refusal is counted', async () => {
    const { call } = await start();
    const halt = (headers: Record<string, string>) => call('/admin/example/halt', { method: 'POST', headers });
    const none = await halt({});
    expect([none.status, none.body.code]).toEqual([401, 'unauthorized']);
    expect((await halt({ 'x-admin-token': 'wrong' })).status).toBe(401);
    expect((await halt({ 'x-admin-token': tokens.SERVICE_TOKEN })).status).toBe(401);
    expect((await halt(service)).status).toBe(401);
    const ok = await halt(admin);
    expect([ok.status, ok.body.identity]).toEqual([200, { kind: 'admin', name: 'admin' }]);
    expect((await call('/metrics')).text).toMatch(/^admin_auth_failures_total 4$/m);
  });

  test('keep admin routes closed when no admin token is configured, and the log says so', async () => {
    const { call, lines } = await start({ env: { ADMIN_TOKEN: '' } });
    const reply = await call('/admin/example/halt', { method: 'POST', headers: { 'x-admin-token': '' } });
    expect(reply.status).toBe(401);
    expect(lines.join('')).toContain('ADMIN_TOKEN is not set, these routes are closed');
  });

  test('of an admin open service routes too', async () => {
    const { post } = await start();
    const order = { symbol: 'BTC-USDT', qty: 1, side: 'buy' };
    expect((await post('/example/orders', order)).status).toBe(401);
    expect((await post('/example/orders', order, admin)).status).toBe(201);
    expect((await post('/example/orders', order, { 'x-service-token': tokens.ADMIN_TOKEN })).status).toBe(201);
  });
});

describe('probes', () => {
  test('health names each dependency with state, uptime and an ISO time', async () => {
    const { call } = await start({ agent: exampleAgent(() => ({ pings: { venue: () => Promise.resolve() } })) });
    const { status, body } = await call('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      service: 'example',
      state: 'ready',
      dependencies: { redis: { status: 'ok' }, postgres: { status: 'ok' }, venue: { status: 'ok' } },
    });
    expect(new Date(body.timestamp ?? '').toISOString()).toBe(body.timestamp);
    expect(body.uptimeSeconds).toBeGreaterThan(0);
  });

  test('health is 503 when a ping fails or does not answer in time, and liveness stays', async () => {
    const agent = exampleAgent(() => ({ pings: { venue: () => new Promise<void>(() => undefined) } }));
    const { call, database } = await start({ agent });
    database.down = true;
    const { status, body } = await call('/health');
    expect([status, body.status]).toEqual([503, 'unavailable']);
    expect(body.dependencies).toMatchObject({
      redis: { status: 'ok' },
      postgres: { status: 'failed', error: 'Postgres: expected an answer, was ECONNREFUSED' },
      venue: { status: 'failed', error: 'expected an answer within 1000 ms, was none' },
    });
    expect((await call('/livez')).body).toEqual({ status: 'ok' });
  });

  test('metrics have requests by route, stream figures, state and build', async () => {
    const bus = new FakeBus();
    const figures = { pending: 3, lag: 2, lagSeconds: 1.5, consumers: 1, oldestPendingSeconds: 4 };
    bus.groupFigures = [{ stream: 'exec.orders', group: 'exec', ...figures }];
    bus.lengths = { 'exec.orders.dlq': 2 };
    const agent = { ...exampleAgent(), watchedStreams: { 'exec.orders': ['exec'], 'notify.events': ['notify'] } };
    const { call } = await start({ agent, bus });
    await call('/example/orders/7');
    await call('/nowhere/else');
    const { text } = await call('/metrics');
    expect(text).toContain(
      'http_request_duration_seconds_count{service="example",method="GET",route="/example/orders/{id}",status_code="200"} 1',
    );
    expect(text).toContain('route="unmatched",status_code="404"} 1');
    for (const bucket of ['0.05', '0.1', '0.25', '0.5', '1.5']) expect(text).toContain(`le="${bucket}"`);
    expect(text).toContain('stream_pending_count{stream="exec.orders",group="exec"} 3');
    expect(text).toContain('stream_lag_seconds{stream="exec.orders",group="exec"} 1.5');
    expect(text).toContain('stream_pending_count{stream="notify.events",group="notify"} 0');
    expect(text).toContain('stream_dlq_count{stream="exec.orders"} 2');
    expect(text).toContain('agent_state{state="ready"} 1');
    expect(text).toContain('build_info{service="example"');
    expect(text).toMatch(/^agent_heartbeat_timestamp_seconds 1\d{9}/m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
  });

  test('metrics are there without stream figures while Redis is down', async () => {
    const { call, bus } = await start({ agent: { ...exampleAgent(), watchedStreams: { 'exec.orders': ['exec'] } } });
    bus.down = true;
    const { status, text } = await call('/metrics');
    expect([status, text.includes('stream_pending_count{')]).toEqual([200, false]);
  });

  test('the documents are served: the file itself and Swagger UI', async () => {
    const { call } = await start();
    expect((await call('/openapi.yaml')).text).toContain('operationId: createOrder');
    const page = await call('/docs');
    expect([page.status, page.text.includes('swagger-ui')]).toEqual([200, true]);
    expect((await call('/docs/swagger-ui-init.js')).text).toContain('createOrder');
    expect((await call('/docs/swagger-ui.css')).status).toBe(200);
  });
});

describe('rate limit', () => {
  test('stops anonymous callers above the limit, probes and service callers never', async () => {
    const { call } = await start({ env: { RATE_LIMIT_PER_MINUTE: '2' } });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await call('/example/orders/7')).status);
    expect(statuses).toEqual([200, 200, 429]);
    const limited = await call('/example/orders/7');
    expect([limited.body.code, limited.headers.has('retry-after')]).toEqual(['rate_limited', true]);
    expect((await call('/example/orders/7', { headers: service })).status).toBe(200);
    expect((await call('/health')).status).toBe(200);
  });
});

describe('starting', () => {
  test('waits for Redis, Postgres and the tables, says so, and goes on when they come', async () => {
    const bus = new FakeBus();
    const database = new FakeDatabase();
    bus.down = true;
    database.migrated = false;
    const lines: string[] = [];
    const folders = exampleFolders();
    const env = { PORT: '0', REDIS_URL: 'redis://x', DATABASE_URL: 'postgres://x', ...tokens, ...folders };
    const seen = waitForLine(lines, 'waiting for Redis');
    const starting = startAgent(exampleAgent(), { env, write: seen.write, bus: () => bus, database: () => database });
    await seen.promise;
    const started = JSON.parse(lines.find((line) => line.includes('HTTP at')) ?? '{}') as LogLine;
    const health = await fetch(`${String(started.url)}/health`);
    expect([health.status, ((await health.json()) as Body).state]).toEqual([503, 'starting']);
    const early = await fetch(`${String(started.url)}/example/orders/7`);
    expect([early.status, ((await early.json()) as Body).code]).toEqual([503, 'not_ready']);
    bus.down = false;
    await seen.next('waiting for the tables');
    expect(lines.join('')).toContain('expected the table inbox in schema octant');
    database.migrated = true;
    const handle = await starting;
    running.push(handle);
    expect(handle.state()).toBe('ready');
    expect(bus.calls).toEqual(['start']);
  });

  test('gives up when told to stop meanwhile', async () => {
    const bus = new FakeBus();
    bus.down = true;
    const giveUp = new AbortController();
    const seen = waitForLine([], 'waiting for Redis');
    const env = { PORT: '0', REDIS_URL: 'redis://x', DATABASE_URL: 'postgres://x', ...tokens, ...exampleFolders() };
    const database = () => new FakeDatabase();
    const options = { env, write: seen.write, bus: () => bus, database, signal: giveUp.signal };
    const starting = startAgent(exampleAgent(), options);
    await seen.promise;
    giveUp.abort();
    await expect(starting).rejects.toThrow('expected to become ready, was told to stop');
  });

  test('refuses an occupied port, naming port and agent', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start({ env: { PORT: String(port) } })).rejects.toThrow(
      `example: expected port ${String(port)} on 127.0.0.1 to be free, was in use by another program`,
    );
    other.close();
  });

  test('refuses handlers that do not fit the file, naming them', async () => {
    const agent = exampleAgent(() => ({
      operations: {
        createOrder: () => ({ status: 201 }),
        getOrder: () => ({ status: 200 }),
        upload: () => ({ status: 200 }),
        dance: () => ({ status: 200 }),
      },
    }));
    await expect(start({ agent })).rejects.toThrow(
      'openapi/example.yaml: expected a handler for operation haltExample, was none; expected an operation dance in the file, was only a handler',
    );
  });

  test('refuses a wrong environment, all problems at once', async () => {
    await expect(start({ env: { REDIS_URL: 'localhost', SHUTDOWN_GRACE_MS: 'soon' } })).rejects.toMatchObject({
      name: 'ConfigError',
      problems: [
        'environment: REDIS_URL: expected a URL like redis://host:6379, was [redacted]',
        'environment: SHUTDOWN_GRACE_MS: expected a whole number from 1 to 600000, was "soon"',
      ],
    });
  });
});

describe('draining', () => {
  test('lets a running request finish, refuses new ones, then stops the bus, the wiring and the pool in this order', async () => {
    const order: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let entered: () => void = () => undefined;
    const inHandler = new Promise<void>((resolve) => (entered = resolve));
    let stopping = false;
    const agent = exampleAgent((context) => {
      context.stopping.addEventListener('abort', () => (stopping = true));
      return {
        operations: {
          createOrder: () => ({ status: 201, body: { orderId: 'o1' } }),
          getOrder: async () => {
            entered();
            await held;
            return { status: 200, body: { done: true } };
          },
          upload: () => ({ status: 200 }),
          haltExample: () => ({ status: 200 }),
        },
        stop: () => {
          order.push('wiring');
          return Promise.resolve();
        },
      };
    });
    const { handle, call, bus, database } = await start({ agent });
    const reply = call('/example/orders/7');
    await inHandler;
    const stopped = handle.stop();
    expect([handle.state(), stopping]).toEqual(['draining', true]);
    await expect(call('/example/orders/8')).rejects.toThrow('fetch failed');
    release();
    expect((await reply).body).toEqual({ done: true });
    expect(await stopped).toBe(true);
    expect(handle.state()).toBe('stopped');
    expect([bus.calls, order, database.calls.at(-1)]).toEqual([['start', 'relayOutbox', 'stop'], ['wiring'], 'end']);
  });

  test('cuts off what does not finish within the grace period, and says that it was not clean', async () => {
    const agent = exampleAgent(() => ({
      operations: {
        createOrder: () => ({ status: 201 }),
        getOrder: () => new Promise(() => undefined),
        upload: () => ({ status: 200 }),
        haltExample: () => ({ status: 200 }),
      },
    }));
    const { handle, call } = await start({ agent, env: { SHUTDOWN_GRACE_MS: '200' } });
    const cut = expect(call('/example/orders/7')).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    await call('/livez');
    expect(await handle.stop()).toBe(false);
    await cut;
  });

  test('gives up on a handler or schedule that never ends', async () => {
    const bus = new FakeBus();
    bus.inFlight = new Promise(() => undefined);
    const { handle } = await start({ bus, env: { SHUTDOWN_GRACE_MS: '200' } });
    expect(await handle.stop()).toBe(false);
  });
});

/** Collects log lines and resolves when one has the text. */
function waitForLine(lines: string[], text: string) {
  let wanted = text;
  let found: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (found = resolve));
  return {
    promise,
    write: (line: string) => {
      lines.push(line);
      if (line.includes(wanted)) found();
    },
    next: (nextText: string) => {
      wanted = nextText;
      if (lines.some((line) => line.includes(nextText))) return Promise.resolve();
      return new Promise<void>((resolve) => (found = resolve));
    },
  };
}

describe('the admin gate', () => {
  const asked = { 'x-auth-request-email': 'jane@octant.test', 'x-forwarded-tls-client-cert': clientCertificates.jane };

  test('answers the edge with the name of whom it admits, and with a reason for whom it does not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'octant-trust-'));
    writeFileSync(join(folder, 'ca.crt'), ourAuthority);
    writeFileSync(join(folder, 'crl.pem'), ourList);
    const { call, lines } = await start({ env: { EDGE_TRUST_DIR: folder } });
    const admitted = await call('/edge/admin-gate', { headers: asked });
    expect([admitted.status, admitted.headers.get('x-forwarded-user')]).toEqual([204, 'jane@octant.test']);
    const revoked = { ...asked, 'x-forwarded-tls-client-cert': clientCertificates.bob };
    const refused = await call('/edge/admin-gate', { headers: revoked });
    expect([refused.status, refused.body.code]).toEqual([403, 'revoked_certificate']);
    expect(lines.join('')).toContain('refused at the admin gate: revoked_certificate');
    rmSync(folder, { recursive: true });
  });

  test('is closed where no authority is configured', async () => {
    const { call } = await start();
    const closed = await call('/edge/admin-gate', { headers: asked });
    expect([closed.status, closed.body.code]).toEqual([503, 'admin_gate_closed']);
  });
});
