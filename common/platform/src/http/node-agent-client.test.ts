import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../config/secret.js';
import { PermanentError, TransientError } from '../errors/errors.js';
import { runInContext } from '../observe/request-context.js';
import { NodeAgentClient } from './node-agent-client.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const size = { agent: 'portfolio-manager', method: 'POST', path: '/portfolio/size', traceId } as const;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, server };
}

function clientOf(url: string, env: Record<string, string> = { PORTFOLIO_MANAGER_URL: url }): NodeAgentClient {
  const client = new NodeAgentClient({ caller: 'orchestrator', env, serviceToken: new Secret('service-secret') });
  closing.push(() => {
    client.close();
  });
  return client;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** What a reply of the other agent is thrown as. */
async function failureOf(status: number, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const { url } = await serve((_request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(response, status, body);
  });
  return clientOf(url)
    .call(size)
    .catch((error: unknown) => error);
}

describe('a call', () => {
  test('sends the body with service token, caller, trace, request id and idempotency key', async () => {
    const seen: { url?: string; text?: string; headers?: IncomingMessage['headers'] } = {};
    const { url } = await serve((request, response) => {
      void textOf(request).then((text) => {
        Object.assign(seen, { url: request.url, headers: request.headers, text });
        answer(response, 200, { qty: '1' });
      });
    });
    const call = { ...size, body: { symbol: 'BTC-USDT' }, idempotencyKey: 'k1' };
    const reply = await runInContext({ requestId: 'r1' }, () => clientOf(`${url}/base`).call(call));
    expect(reply).toEqual({ status: 200, body: { qty: '1' } });
    expect(seen).toMatchObject({
      url: '/base/portfolio/size',
      text: '{"symbol":"BTC-USDT"}',
      headers: {
        'x-service-token': 'service-secret',
        'x-calling-agent': 'orchestrator',
        'x-request-id': 'r1',
        'idempotency-key': 'k1',
        'content-type': 'application/json',
      },
    });
    expect(seen.headers?.['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  });

  test('takes the connection of the one before', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      answer(response, 200, {});
    });
    const client = clientOf(url);
    for (let i = 0; i < 3; i += 1) await client.call(size);
    expect(ports.size).toBe(1);
  });

  test('is sent again when the server closed the idle connection under it', async () => {
    let requests = 0;
    const { url } = await serve((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.resetAndDestroy();
      else answer(response, 200, { requests });
    });
    const client = clientOf(url);
    await client.call(size);
    expect((await client.call(size)).body).toEqual({ requests: 3 });
  });

  test('goes to the notification manager by NOTIFICATION_URL too', async () => {
    const { url } = await serve((_request, response) => {
      answer(response, 202, {});
    });
    const client = clientOf(url, { NOTIFICATION_URL: url });
    expect((await client.call({ ...size, agent: 'notification-manager', path: '/notify' })).status).toBe(202);
  });

  test('without an answer body gives an undefined one', async () => {
    const { url } = await serve((_request, response) => response.writeHead(204).end());
    expect(await clientOf(url).call(size)).toEqual({ status: 204, body: undefined });
  });
});

describe('a failed call', () => {
  const problem = { title: 'Conflict', code: 'behind', detail: 'portfolio is at fill 3' };
  const where = 'portfolio-manager POST /portfolio/size: expected success, was ';

  test('is transient for 409 behind, 429 and 503, with the time to wait', async () => {
    expect(await failureOf(409, problem)).toMatchObject({
      name: 'TransientError',
      code: 'behind',
      status: 409,
      message: `${where}409 Conflict: portfolio is at fill 3`,
    });
    expect(await failureOf(429, { ...problem, code: 'rate_limited' }, { 'retry-after': '7' })).toMatchObject({
      name: 'TransientError',
      code: 'rate_limited',
      retryAfterMs: 7000,
    });
    expect(await failureOf(503, { ...problem, code: 'not_ready' })).toBeInstanceOf(TransientError);
  });

  test('is permanent for other 4xx, with the problem’s code and status', async () => {
    expect(await failureOf(409, { ...problem, code: 'running' })).toBeInstanceOf(PermanentError);
    expect(await failureOf(404, { title: 'Not Found', code: 'unknown_symbol', detail: 'x' })).toMatchObject({
      name: 'PermanentError',
      code: 'unknown_symbol',
      status: 404,
    });
  });

  test('is neither for a bug over there', async () => {
    const error = await failureOf(500, { title: 'Internal Server Error', code: 'internal_error', detail: 'x' });
    expect(error).toMatchObject({ name: 'AppError', code: 'upstream_failed', status: 502 });
  });

  test('is transient when nobody listens', async () => {
    const { url, server } = await serve(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    await expect(clientOf(url).call(size)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'unreachable',
      message: expect.stringMatching(
        /^portfolio-manager POST \/portfolio\/size: expected an answer, was .*ECONNREFUSED/,
      ),
    });
  });

  test('is transient when the answer does not come in time, or stops half way', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/half') response.write('{');
    });
    const client = clientOf(url);
    const late = { name: 'TransientError', code: 'timeout' };
    await expect(client.call({ ...size, timeoutMs: 60 })).rejects.toMatchObject({
      ...late,
      message: 'portfolio-manager POST /portfolio/size: expected an answer within 60 ms, was none',
    });
    await expect(client.call({ ...size, path: '/half', timeoutMs: 60 })).rejects.toMatchObject(late);
  });

  test('is transient when the connection breaks in the answer', async () => {
    const { url } = await serve((request, response) => {
      response.write('{', () => request.socket.destroy());
    });
    await expect(clientOf(url).call(size)).rejects.toMatchObject({ name: 'TransientError', code: 'unreachable' });
  });

  test('names the variable when an agent has no URL', async () => {
    await expect(clientOf('', {}).call(size)).rejects.toMatchObject({
      code: 'agent_url_missing',
      message: 'PORTFOLIO_MANAGER_URL: expected a URL like http://host:7000, was nothing',
    });
  });
});
