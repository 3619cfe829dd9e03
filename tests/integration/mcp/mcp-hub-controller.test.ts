import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agent } from '../../../agents/mcp-hub-controller/src/agent.js';
import {
  AgentDesk,
  asAdmin,
  asService,
  freePort,
  part,
  repositoryConfig,
  type AgentUnderTest,
} from '../../support/agent-desk.js';
import { McpDouble } from './mcp-doubles.js';

const patient = { timeout: 10_000, interval: 20 };
const limits = { limits: { maxOrderQuote: '1000' }, rules: [], halt: { halted: false, haltVersion: 0, reason: null } };

let desk: AgentDesk;
let double: McpDouble;
let peers: Server;
let mcp: AgentUnderTest;
let setup: { env: Record<string, string>; config: Record<string, string> };

beforeAll(async () => {
  desk = await AgentDesk.open('mcp');
  double = new McpDouble();
  const url = await double.listen();
  peers = createServer((request, response) => {
    const answers: Record<string, unknown> = {
      '/risk/limits': limits,
      '/health': { status: 'ok', state: 'ready', uptimeSeconds: 1 },
      '/notify/recent': { notices: [{ id: 'n1', asked: request.url }] },
    };
    const body = answers[request.url?.split('?')[0] ?? ''];
    response.writeHead(body === undefined ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => peers.listen(0, '127.0.0.1', resolve));
  const peer = `http://127.0.0.1:${String((peers.address() as AddressInfo).port)}`;
  const program = fileURLToPath(new URL('stdio-server.mjs', import.meta.url));
  const dead = await freePort();
  setup = {
    env: {
      PORT: String(await freePort()),
      DOUBLE_TOKEN: 'token-of-the-double',
      RISK_MANAGER_URL: peer,
      NOTIFICATION_URL: peer,
      ORCHESTRATOR_URL: `http://127.0.0.1:${String(dead)}`,
      GREETING: 'hello',
    },
    config: {
      'agents/mcp-hub-controller.yaml': `
hubs:
  - { name: desk, own: true, allow_tools: [risk_limits, desk_status, recent_notices, pnl_status] }
  - { name: double, url: '${url}', token_env: DOUBLE_TOKEN, allow_tools: [echo, flood, complain, stall], timeout_ms: 1500 }
  - { name: program, command: '${process.execPath}', args: ['${program}'], pass_env: [GREETING], allow_tools: [environment] }
  - { name: dead, url: 'http://127.0.0.1:${String(dead)}/mcp', allow_tools: [echo], timeout_ms: 500 }
max_output_bytes: 1000
`,
    },
  };
  mcp = await desk.start(agent, setup);
});

afterAll(async () => {
  peers.close();
  double.close();
  await desk.close();
});

const command = (body: Record<string, unknown>) => mcp.post('/mcp/command', body, asService);

test('the status tells each hub with server, tools and latency, and a dead one with its error', async () => {
  const { status, body } = await mcp.get('/mcp/status');
  expect(status).toBe(200);
  expect(part(body, 'hubs')).toMatchObject([
    {
      name: 'desk',
      transport: 'own',
      connected: true,
      server: { name: 'octant-desk' },
      tools: [{ name: 'desk_status' }, { name: 'pnl_status' }, { name: 'recent_notices' }, { name: 'risk_limits' }],
      lastError: null,
    },
    {
      name: 'double',
      transport: 'http',
      connected: true,
      server: { name: 'double', version: '1.2.3' },
      lastError: null,
    },
    {
      name: 'program',
      transport: 'stdio',
      connected: true,
      server: { name: 'stdio-double', version: '3.2.1' },
      tools: [{ name: 'environment', allowed: true }],
    },
    {
      name: 'dead',
      connected: false,
      server: null,
      tools: [],
      lastError: { message: expect.stringContaining('ECONNREFUSED') },
    },
  ]);
  const tools = part(body, 'hubs', 1, 'tools') as { name: string; allowed: boolean }[];
  expect(tools.find((tool) => tool.name === 'forbidden')?.allowed).toBe(false);
  expect(double.authorizations).toEqual(new Set(['Bearer token-of-the-double']));
});

test('a command calls the tool once per request id, and a repeat answers the same', async () => {
  const body = { hub: 'double', tool: 'echo', arguments: { text: 'hello' }, requestId: 'echo-1' };
  const first = await command(body);
  expect(first.body).toMatchObject({
    requestId: 'echo-1',
    results: [{ hub: 'double', outcome: 'ok', content: [{ type: 'text', text: 'hello' }], repeated: false }],
  });
  const [second, third] = await Promise.all([command(body), command(body)]);
  expect(part(second.body, 'results')).toEqual([{ ...(part(first.body, 'results', 0) as object), repeated: true }]);
  expect(third.body).toEqual(second.body);
  expect(double.calls['echo']).toBe(1);
  const other = await command({ ...body, arguments: { text: 'bye' } });
  expect([other.status, part(other.body, 'code')]).toEqual([409, 'request_id_reused']);
  const audits = async () => (await desk.entries('audit.events')).filter(({ id }) => id === 'mcp:echo-1:double');
  await expect.poll(async () => (await audits()).length, patient).toBe(1);
  expect((await audits())[0]?.payload).toMatchObject({
    action: 'mcp.command',
    details: { hub: 'double', tool: 'echo', argumentNames: ['text'], outcome: 'ok' },
  });
});

test('two at once with one request id call the tool once', async () => {
  const before = double.calls['echo'] ?? 0;
  const body = { hub: 'double', tool: 'echo', arguments: { text: 'both' }, requestId: 'echo-2' };
  const answers = await Promise.all([command(body), command(body), command(body)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(double.calls['echo']).toBe(before + 1);
});

test('a tool that is not allowed is refused by name before anything is called, and that is audited', async () => {
  const refused = await command({ hubs: ['double', 'dead'], tool: 'forbidden' });
  expect([refused.status, refused.body]).toMatchObject([
    403,
    { code: 'tool_not_allowed', hub: 'double', tool: 'forbidden' },
  ]);
  expect(double.calls['forbidden']).toBeUndefined();
  expect((await desk.entries('audit.events')).map(({ type }) => type)).toContain('mcp.command_denied');
});

test('an unknown hub is an error that names the known ones', async () => {
  const refused = await command({ hub: 'nowhere', tool: 'echo' });
  expect([refused.status, part(refused.body, 'code')]).toEqual([404, 'unknown_hub']);
  expect(part(refused.body, 'detail')).toContain('desk, double, program, dead');
});

test('a fan-out has one result a hub: a dead hub fails, the others answer', async () => {
  const { body } = await command({ hubs: ['double', 'dead'], tool: 'echo', arguments: { text: 'all' } });
  expect(part(body, 'results')).toMatchObject([
    { hub: 'double', outcome: 'ok' },
    { hub: 'dead', outcome: 'failed', error: expect.stringContaining('ECONNREFUSED') },
  ]);
});

test('a tool that fails says so, a long answer is cut, a call without an answer is unknown and not made again', async () => {
  expect(part((await command({ hub: 'double', tool: 'complain' })).body, 'results')).toMatchObject([
    { outcome: 'tool_error', content: [{ text: 'not today' }] },
  ]);
  const flood = part((await command({ hub: 'double', tool: 'flood' })).body, 'results', 0);
  expect(flood).toMatchObject({ outcome: 'ok', truncated: true });
  expect(JSON.stringify(part(flood, 'content')).length).toBeLessThanOrEqual(1000);
  const stall = { hub: 'double', tool: 'stall', requestId: 'stall-1' };
  expect(part((await command(stall)).body, 'results')).toMatchObject([{ outcome: 'unknown', repeated: false }]);
  expect(part((await command(stall)).body, 'results')).toMatchObject([{ outcome: 'unknown', repeated: true }]);
  expect(double.calls['stall']).toBe(1);
});

test('a command that was under way when its process died is unknown and not made again', async () => {
  const body = { hub: 'double', tool: 'echo', arguments: { text: 'crash' }, requestId: 'crash-1' };
  await command(body);
  const before = double.calls['echo'];
  const { sql } = desk.servers;
  const put = (lease: string) =>
    sql.query(
      `UPDATE mcp_commands SET state = 'running', result = NULL, lease_until = now() + $1::interval
               WHERE request_id = 'crash-1'`,
      [lease],
    );
  await put('1 minute');
  const early = await command(body);
  expect([early.status, part(early.body, 'code')]).toEqual([409, 'in_progress']);
  await put('-1 second');
  expect(part((await command(body)).body, 'results')).toMatchObject([{ outcome: 'unknown', repeated: true }]);
  expect(double.calls['echo']).toBe(before);
});

test('a program gets a safe environment and what its hub passes on, no secret', async () => {
  const { body } = await command({ hub: 'program', tool: 'environment' });
  const names = String(part(body, 'results', 0, 'content', 0, 'text')).split(' ');
  expect(names).toContain('GREETING');
  for (const secret of ['ADMIN_TOKEN', 'SERVICE_TOKEN', 'DATABASE_URL', 'DOUBLE_TOKEN'])
    expect(names).not.toContain(secret);
});

test('our own tools read the desk, also through /mcp/command', async () => {
  const risk = await command({ hub: 'desk', tool: 'risk_limits' });
  expect(part(risk.body, 'results', 0)).toMatchObject({ outcome: 'ok', structuredContent: limits });
  const pnl = await command({ hub: 'desk', tool: 'pnl_status' });
  expect(part(pnl.body, 'results', 0)).toMatchObject({ outcome: 'tool_error' });
});

test('any MCP client with the service token can use our own server', async () => {
  const client = new Client({ name: 'somebody', version: '0' });
  const transport = new StreamableHTTPClientTransport(new URL(`${mcp.url}/mcp`), {
    requestInit: { headers: asService },
  });
  await client.connect(transport);
  const status = await client.callTool({ name: 'desk_status', arguments: {} });
  const { agents, halt } = status['structuredContent'] as { agents: Record<string, unknown>[]; halt: unknown };
  expect(halt).toEqual(limits.halt);
  expect(agents).toHaveLength(8);
  expect(agents.find((one) => one['agent'] === 'risk-manager')).toMatchObject({ status: 'ok', state: 'ready' });
  expect(agents.find((one) => one['agent'] === 'orchestrator')).toMatchObject({ status: 'unavailable' });
  const notices = await client.callTool({ name: 'recent_notices', arguments: { limit: 5, severity: 'critical' } });
  expect(notices['structuredContent']).toMatchObject({
    notices: [{ asked: '/notify/recent?limit=5&unacked=false&severity=critical' }],
  });
  const wrong = await client.callTool({ name: 'recent_notices', arguments: { limit: 0 } });
  expect(wrong['isError']).toBe(true);
  await client.close();
});

test('without a token there is neither command nor server', async () => {
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  expect((await mcp.post('/mcp', message)).status).toBe(401);
  expect((await mcp.post('/mcp/command', { hub: 'desk', tool: 'risk_limits' })).status).toBe(401);
  expect((await mcp.post('/mcp', message, asAdmin)).body).toMatchObject({
    id: 1,
    result: { tools: expect.any(Array) },
  });
  expect((await mcp.post('/mcp', { jsonrpc: '2.0', id: 2, method: 'nonsense' }, asService)).body).toMatchObject({
    error: { code: -32_601 },
  });
});

test('the configuration that ships has a hub that answers', async () => {
  await mcp.handle.stop();
  const config = { 'agents/mcp-hub-controller.yaml': repositoryConfig('agents/mcp-hub-controller.yaml') };
  mcp = await desk.start(agent, { ...setup, config });
  const { body } = await mcp.get('/mcp/status');
  expect(part(body, 'hubs')).toMatchObject([{ name: 'desk', connected: true, server: { name: 'octant-desk' } }]);
  expect((part(body, 'hubs', 0, 'tools') as { allowed: boolean }[]).every((tool) => tool.allowed)).toBe(true);
});
