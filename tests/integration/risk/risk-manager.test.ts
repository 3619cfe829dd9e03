import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aRiskRequest } from '@octant/trading/testing/a-risk-request';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agent } from '../../../agents/risk-manager/src/agent.js';
import { AgentDesk, asService, part, repositoryConfig, type AgentUnderTest } from '../../support/agent-desk.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const ts = '2024-01-01T01:00:00.000Z';
const markets = repositoryConfig('markets.yaml');
const limits = (maxOrder: number) => `limits: { max_order_usd: ${String(maxOrder)} }\nrules: []\n`;

let desk: AgentDesk;
let risk: AgentUnderTest;
let configDir: string;
let portfolio: Server;
let holdings: unknown;

beforeAll(async () => {
  desk = await AgentDesk.open('risk');
  portfolio = createServer((request, response) => {
    const answers: Record<string, unknown> = {
      '/portfolio/holdings': holdings,
      '/trade/orders': { orders: [] },
      '/pnl/status': { pnlRatio: 0 },
    };
    const body = answers[request.url?.split('?')[0] ?? ''];
    response.writeHead(body === undefined ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => portfolio.listen(0, '127.0.0.1', resolve));
  const peer = `http://127.0.0.1:${String((portfolio.address() as AddressInfo).port)}`;
  configDir = desk.configFolder({ 'agents/risk-manager.yaml': limits(1000), 'markets.yaml': markets });
  risk = await desk.start(agent, {
    env: { CONFIG_DIR: configDir, PORTFOLIO_MANAGER_URL: peer, TRADE_EXECUTOR_URL: peer, ORCHESTRATOR_URL: peer },
  });
});

afterAll(async () => {
  portfolio.close();
  await desk.close();
});

function request(requestId: string, fields: Parameters<typeof aRiskRequest>[0] = {}) {
  return {
    stream: 'risk.requests',
    type: 'risk_request',
    id: `risk:${requestId}`,
    payload: aRiskRequest({ requestId, ...fields }),
  };
}

async function responseOf(requestId: string): Promise<Record<string, unknown>> {
  let found: Record<string, unknown> | undefined;
  await expect
    .poll(
      async () => {
        found = (await desk.entries('risk.responses')).find(
          ({ payload }) => payload['requestId'] === requestId,
        )?.payload;
        return found !== undefined;
      },
      { timeout: 5000, interval: 5 },
    )
    .toBe(true);
  return found ?? {};
}

async function effectsOf(requestId: string) {
  const of = async (stream: string) =>
    (await desk.entries(stream)).filter(({ payload }) => payload['requestId'] === requestId).map(({ type }) => type);
  return { responses: await of('risk.responses'), audit: await of('audit.events'), notices: await of('notify.events') };
}

async function command(type: 'halt' | 'unhalt', haltVersion: number): Promise<void> {
  await desk.bus.publish({
    stream: 'orchestrator.commands',
    type,
    id: `halt:${String(haltVersion)}`,
    payload: { type, haltVersion, reason: 'maintenance', ts, traceId },
  });
}

test('a request on the stream is answered, and written into the audit', async () => {
  await desk.bus.publish(request('ok-1'));
  expect(await responseOf('ok-1')).toMatchObject({ ok: true, riskScore: 0.1 });
  expect(await effectsOf('ok-1')).toEqual({ responses: ['risk_response'], audit: ['risk.approved'], notices: [] });
});

test('a refusal makes one notice, also when it is asked again over HTTP', async () => {
  const refused = request('big-1', { qty: '11' });
  await desk.bus.publish(refused);
  expect(await responseOf('big-1')).toMatchObject({ ok: false, code: 'max_order' });
  await desk.bus.publish(refused);
  const asked = await risk.post('/risk/evaluate', refused.payload, asService);
  expect([asked.status, asked.body]).toMatchObject([200, { requestId: 'big-1', ok: false, code: 'max_order' }]);
  expect(await effectsOf('big-1')).toEqual({
    responses: ['risk_response'],
    audit: ['risk.refused'],
    notices: ['risk_reject'],
  });
});

test('a request that knows of a halt before this agent waits for it, and holds up nobody', async () => {
  await desk.bus.publish(request('behind-1', { haltVersion: 1 }));
  await desk.bus.publish(request('other-1'));
  expect(await responseOf('other-1')).toMatchObject({ ok: true });
  const asked = await risk.post('/risk/evaluate', aRiskRequest({ requestId: 'behind-2', haltVersion: 1 }), asService);
  expect([asked.status, part(asked.body, 'code')]).toEqual([409, 'behind']);
  await command('halt', 1);
  expect(await responseOf('behind-1')).toMatchObject({ ok: false, code: 'halted' });
});

test('while halted a reducing order passes; a restart still knows the halt; an unhalt lifts it', async () => {
  const exposure = { ...aRiskRequest().exposure, positionQty: '1', positionQuote: '100' };
  await desk.bus.publish(request('reduce-1', { side: 'sell', haltVersion: 1, exposure }));
  expect(await responseOf('reduce-1')).toMatchObject({ ok: true, riskScore: 0 });
  await risk.handle.stop();
  risk = await desk.start(agent, { env: { CONFIG_DIR: configDir } });
  const shown = await risk.get('/risk/limits');
  expect(part(shown.body, 'halt')).toEqual({ haltVersion: 1, halted: true, reason: 'maintenance' });
  expect(await risk.metrics()).toContain('trading_halted{reason="admin"} 1');
  await command('unhalt', 2);
  await desk.bus.publish(request('after-1', { haltVersion: 2 }));
  expect(await responseOf('after-1')).toMatchObject({ ok: true });
});

test('the short form is refused while no portfolio answers', async () => {
  const shortForm = { requestId: 'short-1', symbol: 'btc/usdt', side: 'buy', confidence: 0.9, qty: '1', price: '100' };
  const asked = await risk.post('/risk/evaluate', shortForm, asService);
  expect(asked.body).toMatchObject({ requestId: 'short-1', ok: false, code: 'no_portfolio' });
});

test('the short form is decided with the holdings that the portfolio tells', async () => {
  await risk.handle.stop();
  const peer = `http://127.0.0.1:${String((portfolio.address() as AddressInfo).port)}`;
  risk = await desk.start(agent, {
    env: { CONFIG_DIR: configDir, PORTFOLIO_MANAGER_URL: peer, TRADE_EXECUTOR_URL: peer, ORCHESTRATOR_URL: peer },
  });
  holdings = {
    cashQuote: '500',
    equityQuote: '1000',
    positions: [{ symbol: 'BTC-USDT', qty: '5', valueQuote: '19950' }],
  };
  const shortForm = { symbol: 'BTCUSDT', side: 'buy', confidence: 0.9, qty: '1', price: '100' };
  const asked = await risk.post('/risk/evaluate', shortForm, asService);
  expect(asked.body).toMatchObject({ ok: false, code: 'max_position', riskScore: 1 });
});

test('without a token nothing is evaluated', async () => {
  const asked = await risk.post('/risk/evaluate', aRiskRequest({ requestId: 'nobody-1' }));
  expect(asked.status).toBe(401);
  expect(await effectsOf('nobody-1')).toEqual({ responses: [], audit: [], notices: [] });
});

test('a changed limit holds without a restart, a wrong one is not taken', async () => {
  const file = join(configDir, 'agents/risk-manager.yaml');
  writeFileSync(file, limits(50));
  const maxOrder = async () => part((await risk.get('/risk/limits')).body, 'limits', 'maxOrderQuote');
  await expect.poll(maxOrder, { timeout: 10_000 }).toBe('50');
  writeFileSync(file, 'limits: { max_order_usd: much }\n');
  await desk.bus.publish(request('small-1', { haltVersion: 2 }));
  expect(await responseOf('small-1')).toMatchObject({ ok: false, code: 'max_order' });
  expect(await maxOrder()).toBe('50');
});

test('garbage on the stream is dead-lettered with its reason', async () => {
  await desk.servers.redis.xadd(
    `${desk.servers.prefix}risk.requests`,
    '*',
    'data',
    '{"requestId": 5}',
    'id',
    'garbage-1',
  );
  await expect.poll(async () => (await desk.bus.admin.deadLetters('risk.requests', 5)).total).toBe(1);
});
