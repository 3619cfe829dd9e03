import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '@octant/platform/time/system-clock';
import { seededRandom } from '@octant/trading/market/random';
import { tradeExecutorAt } from '../../../agents/trade-executor/src/agent.js';
import { MemoryVenue } from '../../../agents/trade-executor/src/testing/memory-venue.js';
import {
  AgentDesk,
  asAdmin,
  asService,
  part,
  repositoryConfig,
  type AgentUnderTest,
} from '../../support/agent-desk.js';
import { eventually } from './execution-desk.js';

const venue = new MemoryVenue({
  clock: systemClock,
  random: seededRandom(5),
  roundTripMs: 4,
  balances: { USDT: '30000', BTC: '2' },
  markets: ['BTC-USDT', 'ETH-USDT', 'SOL-USDT', 'XRP-USDT', 'ADA-USDT', 'LTC-USDT'].map((symbol) => ({
    symbol,
    base: symbol.slice(0, 3),
    quote: 'USDT',
    tickSize: '0.01',
    lotSize: '0.0001',
    minQty: '0.0001',
    maxQty: '1000',
    minNotional: '5',
    active: true,
  })),
});

const setup = {
  env: { OCTANT_LIVE: 'binance', RISK_MANAGER_URL: 'http://127.0.0.1:1' },
  config: {
    'agents/trade-executor.yaml':
      'exchange: binance\nlive: { fills_poll_ms: 1000, orders_poll_ms: 2000, reconcile: { every_seconds: 5 }, first_days: { max_order_quote: "150" } }',
    'datasources/binance_spot.yaml': repositoryConfig('datasources/binance_spot.yaml'),
    'markets.yaml': repositoryConfig('markets.yaml'),
    'orchestrator.yaml': repositoryConfig('orchestrator.yaml').replace('start_equity: 1000', 'start_equity: 20000'),
  },
};

let desk: AgentDesk;
let executor: AgentUnderTest;
let sent = 0;

beforeAll(async () => {
  desk = await AgentDesk.open('live');
  executor = await desk.start(
    tradeExecutorAt(() => venue),
    setup,
  );
});

afterAll(() => desk.close());

function anOrder(
  fields: Record<string, unknown> = {},
): Record<string, unknown> & { orderId: string; requestId: string } {
  sent += 1;
  const orderId = `s1.BTC-USDT.${String(sent)}.0`;
  return {
    orderId,
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    type: 'market',
    requestId: orderId,
    sessionId: 's1',
    timeframe: '1h',
    referencePrice: '100',
    notBeforeMs: Date.now(),
    haltVersion: 0,
    approval: { requestId: orderId, riskScore: 0.1 },
    traceId: '0af7651916cd43dd8448eb211c80319c',
    ts: new Date().toISOString(),
    ...fields,
  };
}

async function publish(order: ReturnType<typeof anOrder>): Promise<void> {
  await desk.bus.publish({ stream: 'exec.orders', type: 'order', id: `order:${order.orderId}`, payload: order });
}

const statuses = async (orderId: string) =>
  (await desk.entries('exec.status')).map(({ payload }) => payload).filter((payload) => payload['orderId'] === orderId);

const openRefusals = async () =>
  (
    part((await executor.get('/trade/reconciliation')).body, 'symbols') as {
      symbol: string;
      onlyReducing: string | null;
    }[]
  )
    .filter(({ symbol }) => symbol === 'BTC-USDT')
    .map(({ onlyReducing }) => onlyReducing);

describe('an executor with an account at an exchange', () => {
  test('takes no exposure before an admin has confirmed, and says why', async () => {
    const order = anOrder();
    await publish(order);
    await eventually(() => statuses(order.orderId)).toHaveLength(1);
    expect((await statuses(order.orderId))[0]).toMatchObject({
      status: 'rejected',
      state: 'denied',
      reason: expect.stringMatching(/^only_reducing: interlock: .*POST \/admin\/trade\/live\/confirm/),
    });
    expect(venue.requests).toEqual([]);
  });

  test('is confirmed by an admin who names the exchange, once a key', async () => {
    const path = '/admin/trade/live/confirm';
    expect((await executor.post(path, { exchange: 'binance' }, asService)).status).toBe(401);
    expect((await executor.post(path, { exchange: 'kraken' }, asAdmin)).body).toMatchObject({ code: 'wrong_exchange' });
    const key = { ...asAdmin, 'idempotency-key': 'k1' };
    expect((await executor.post(path, { exchange: 'binance' }, key)).body).toEqual({
      exchange: 'binance',
      unlocked: true,
    });
    expect((await executor.post(path, { exchange: 'binance' }, key)).body).toEqual({
      exchange: 'binance',
      unlocked: true,
    });
    await eventually(openRefusals).toEqual([null]);
    const audits = (await desk.entries('audit.events')).map(({ type }) => type);
    expect(audits.filter((type) => type === 'admin.trade.confirm')).toHaveLength(1);
  });

  test('sends an order once, and books its fills to the last digit', async () => {
    const order = anOrder();
    await publish(order);
    await eventually(async () => (await statuses(order.orderId)).at(-1)?.['state']).toBe('filled');
    const told = await statuses(order.orderId);
    expect(told.slice(0, 2).map(({ state, status }) => [state, status])).toEqual([
      ['intended', 'pending'],
      ['acknowledged', 'pending'],
    ]);
    expect(told.slice(2).map(({ fillSeq }) => fillSeq)).toEqual(told.slice(2).map((_status, index) => index + 1));
    expect(venue.requests).toHaveLength(1);
    expect((await executor.get('/trade/account')).body).toMatchObject({
      exchange: 'binance',
      cashQuote: '19899.9',
      reservedQuote: '0',
      freeQuote: '19899.9',
      positions: [{ symbol: 'BTC-USDT', qty: '1', costQuote: '100', reservedQty: '0', freeQty: '1' }],
      openOrders: 0,
    });
    expect([venue.balanceOf('USDT'), venue.balanceOf('BTC')]).toEqual(['29899.9', '3']);
  });

  test('denies more than the first days allow, more than the cash, and more than is held', async () => {
    const orders = [
      anOrder({ qty: '2' }),
      anOrder({ symbol: 'BTC-USD', qty: '0.5' }),
      anOrder({ side: 'sell', qty: '1.5' }),
    ];
    for (const order of orders) await publish(order);
    const reasons = async () =>
      (await Promise.all(orders.map(({ orderId }) => statuses(orderId)))).map(([status]) =>
        String(status?.['reason']).replace(/:.*/, ''),
      );
    await eventually(reasons).toEqual(['first_days', 'quote_currency', 'insufficient_position']);
  });

  test('goes on after a restart with what Postgres has', async () => {
    const before = (await executor.get('/trade/account')).body;
    const order = anOrder({ qty: '0.5' });
    await publish(order);
    await eventually(async () => (await statuses(order.orderId)).length).toBeGreaterThan(0);
    await executor.handle.stop();
    executor = await desk.start(
      tradeExecutorAt(() => venue),
      setup,
    );
    await eventually(async () => (await statuses(order.orderId)).at(-1)?.['state']).toBe('filled');
    expect(venue.orders.map(({ qty }) => qty)).toEqual(['1', '0.5']);
    expect(before).toMatchObject({ positions: [{ qty: '1' }] });
    expect((await executor.get('/trade/account')).body).toMatchObject({
      positions: [{ qty: '1.5' }],
      halt: { halted: false },
    });
    expect((await executor.get('/trade/fills')).body).toMatchObject({ duplicates: 0 });
  });

  test('lists a deposit as a difference that blocks, until it is accepted', async () => {
    await eventually(openRefusals).toEqual([null]);
    venue.move('BTC', '0.25');
    const found = async () =>
      (part((await executor.get('/trade/reconciliation')).body, 'differences') as Record<string, unknown>[])[0];
    await eventually(found).toMatchObject({
      kind: 'balance',
      subject: 'BTC',
      state: 'open',
      figures: { baseline: '2', books: '1.5', actual: '3.75', difference: '0.25' },
    });
    expect((await openRefusals())[0]).toMatch(/^reconciliation: expected 3.5 BTC at the exchange/);
    const path = `/admin/trade/reconciliation/${String((await found())?.['id'])}/accept`;
    expect((await executor.post(path, {}, asAdmin)).body).toMatchObject({ kind: 'balance', subject: 'BTC' });
    expect((await executor.post(path, {}, asAdmin)).body).toMatchObject({ code: 'difference_closed' });
    await eventually(openRefusals).toEqual([null]);
  });

  test('sends each of a crowd of orders once, those of a symbol in the order they came', async () => {
    const symbols = ['BTC-USDT', 'ETH-USDT', 'SOL-USDT'];
    const before = venue.requests.length;
    const orders = Array.from({ length: 90 }, (_order, index) =>
      anOrder({ symbol: symbols[index % symbols.length], qty: (0.1 + index / 10_000).toFixed(4) }),
    );
    for (const order of orders) await publish(order);
    await eventually(() => Promise.resolve(venue.requests.length - before)).toBe(orders.length);
    for (const symbol of symbols) {
      const sentQty = venue.requests.slice(before).filter((request) => request.symbol === symbol);
      const wanted = orders.filter((order) => order['symbol'] === symbol).map((order) => Number(order['qty']));
      expect(sentQty.map(({ qty }) => Number(qty))).toEqual(wanted);
    }
    await eventually(async () => part((await executor.get('/trade/account')).body, 'openOrders')).toBe(0);
    expect(new Set(venue.orders.map(({ clientOrderId }) => clientOrderId)).size).toBe(venue.orders.length);
    expect((await executor.get('/trade/fills?limit=1000')).body).toMatchObject({ duplicates: 0 });
  });

  test('flattens: cancels what is open, sells what is held, once a key', async () => {
    const key = { ...asAdmin, 'idempotency-key': 'flat-1' };
    const first = await executor.post('/admin/trade/flatten', {}, key);
    expect(first.status).toBe(202);
    expect(await executor.post('/admin/trade/flatten', {}, key)).toMatchObject({ status: 202, body: first.body });
    await eventually(async () => part((await executor.get('/trade/account')).body, 'positions')).toEqual([]);
    expect([venue.balanceOf('BTC'), venue.balanceOf('ETH')]).toEqual(['2.25', '0']);
    const cash = part((await executor.get('/trade/account')).body, 'cashQuote');
    expect(Number(cash) + 10_000).toBeCloseTo(Number(venue.balanceOf('USDT')), 8);
    expect((await executor.post('/admin/trade/cancel-all', {}, asAdmin)).body).toEqual({ orders: 0 });
  });

  test('a halt is answered at once, and only sells pass', async () => {
    await desk.bus.publish({
      stream: 'orchestrator.commands',
      type: 'halt',
      id: 'command:halt:1',
      payload: { type: 'halt', haltVersion: 1, reason: 'test', traceId: 't', ts: new Date().toISOString() },
    });
    const halts = async () => (await desk.entries('exec.progress')).map(({ payload }) => payload['haltVersion']);
    await eventually(halts).toEqual([1]);
    const order = anOrder({ haltVersion: 1 });
    await publish(order);
    await eventually(async () => String((await statuses(order.orderId))[0]?.['reason'])).toMatch(/^halted: /);
  });
});
