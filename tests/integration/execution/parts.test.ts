import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '@octant/platform/time/system-clock';
import { seededRandom } from '@octant/trading/market/random';
import { tradeExecutorAt } from '../../../agents/trade-executor/src/agent.js';
import { MemoryVenue } from '../../../agents/trade-executor/src/testing/memory-venue.js';
import { AgentDesk, asAdmin, repositoryConfig, type AgentUnderTest } from '../../support/agent-desk.js';
import { eventually } from './execution-desk.js';

const venue = new MemoryVenue({
  clock: systemClock,
  random: seededRandom(5),
  roundTripMs: 4,
  balances: { USDT: '30000', BTC: '2' },
  markets: [
    {
      ...{ symbol: 'BTC-USDT', base: 'BTC', quote: 'USDT', tickSize: '0.01', lotSize: '0.0001' },
      ...{ minQty: '0.0001', maxQty: '1000', minNotional: '5', active: true },
    },
  ],
});

let desk: AgentDesk;
let executor: AgentUnderTest;

beforeAll(async () => {
  // 20 in an average hour: what is above 0.4 goes out in parts.
  venue.dayVolume = '480';
  desk = await AgentDesk.open('parts');
  executor = await desk.start(
    tradeExecutorAt(() => venue),
    {
      env: { OCTANT_LIVE: 'binance', RISK_MANAGER_URL: 'http://127.0.0.1:1' },
      config: {
        'agents/trade-executor.yaml':
          'exchange: binance\nlive: { sweep_ms: 100, fills_poll_ms: 500, first_days: { max_order_quote: "1000" }, algorithm: { slices: 5, duration_seconds: 8 } }',
        'datasources/binance_spot.yaml': repositoryConfig('datasources/binance_spot.yaml'),
        'markets.yaml': repositoryConfig('markets.yaml'),
        'orchestrator.yaml': repositoryConfig('orchestrator.yaml').replace('start_equity: 1000', 'start_equity: 20000'),
      },
    },
  );
  await executor.post('/admin/trade/live/confirm', { exchange: 'binance' }, asAdmin);
});

afterAll(() => desk.close());

test('a large order goes out in parts that the desk hears of as one, and a smaller one whole', async () => {
  await eventually(async () => (await executor.get('/trade/reconciliation')).body).toMatchObject({
    symbols: expect.arrayContaining([expect.objectContaining({ symbol: 'BTC-USDT', onlyReducing: null })]),
  });
  for (const [number, qty] of ['2', '0.4'].entries()) {
    const orderId = `s1.BTC-USDT.${String(number)}.0`;
    const payload = {
      ...{ orderId, symbol: 'BTC-USDT', side: 'buy', qty, type: 'market', requestId: orderId, sessionId: 's1' },
      ...{ timeframe: '1h', referencePrice: '100', notBeforeMs: Date.now(), haltVersion: 0 },
      approval: { requestId: orderId, riskScore: 0.1 },
      traceId: '0af7651916cd43dd8448eb211c80319c',
      ts: new Date().toISOString(),
    };
    await desk.bus.publish({ stream: 'exec.orders', type: 'order', id: `order:${orderId}`, payload });
  }
  const told = async () => (await desk.entries('exec.status')).map(({ payload }) => payload);
  await eventually(async () => (await told()).filter(({ status }) => status === 'filled')).toHaveLength(2);
  const statuses = await told();
  expect(new Set(statuses.map(({ orderId }) => orderId))).toEqual(new Set(['s1.BTC-USDT.0.0', 's1.BTC-USDT.1.0']));
  expect(statuses.filter(({ fillId }) => fillId !== undefined)).toHaveLength(venue.fills.length);
  expect(venue.orders.length).toBeGreaterThan(5);
  expect(venue.orders.filter(({ qty }) => Number(qty) > 0.4)).toEqual([]);
  expect((await executor.get('/trade/account')).body).toMatchObject({
    ...{ openOrders: 0, reservedQuote: '0' },
    positions: [expect.objectContaining({ symbol: 'BTC-USDT', qty: '2.4' })],
  });
});
