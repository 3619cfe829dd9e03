import { openHeartbeatReader } from '@octant/venue/heartbeat';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { tradeExecutorAt } from '../../../agents/trade-executor/src/agent.js';
import { openConfiguredVenue } from '../../../agents/trade-executor/src/adapters/open-configured-venue.js';
import { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';
import { AgentDesk, asAdmin, type AgentUnderTest } from '../../support/agent-desk.js';
import { eventually } from './execution-desk.js';
import { setupAt, VENUES } from './simulated-venues.js';

let simulator: ExchangeSimulator;
let desk: AgentDesk;

afterEach(async () => {
  await desk.close();
  await simulator.close();
});

describe.each(VENUES)('an executor at $exchange', ({ exchange, source, keys, symbol, quote, price }) => {
  async function open(): Promise<AgentUnderTest> {
    simulator = await ExchangeSimulator.open({ seed: 7, limits: 'off' });
    const venue = simulator.venue(exchange);
    venue.deposit('desk', quote, '30000');
    venue.setPrice(symbol, price);
    desk = await AgentDesk.open(`venue_${exchange}`);
    const live = 'fills_poll_ms: 500, orders_poll_ms: 1000, first_days: { max_order_quote: "2000" }';
    const setup = setupAt({ exchange, source, keys, quote }, simulator, { live });
    const executor = await desk.start(tradeExecutorAt(openConfiguredVenue), setup);
    const confirmed = await executor.post('/admin/trade/live/confirm', { exchange }, asAdmin);
    expect(confirmed.body).toEqual({ exchange, unlocked: true });
    await eventually(async () => (await executor.get('/trade/reconciliation')).body).toMatchObject({
      symbols: expect.arrayContaining([expect.objectContaining({ symbol, onlyReducing: null })]),
    });
    return executor;
  }

  async function order(side: 'buy' | 'sell', number: number, qty = '0.02'): Promise<string> {
    const orderId = `s1.${symbol}.${String(number)}.0`;
    const payload = {
      ...{ orderId, symbol, side, qty, type: 'market', requestId: orderId, sessionId: 's1', timeframe: '1h' },
      ...{ referencePrice: price, notBeforeMs: Date.now(), haltVersion: 0 },
      approval: { requestId: orderId, riskScore: 0.1 },
      traceId: '0af7651916cd43dd8448eb211c80319c',
      ts: new Date().toISOString(),
    };
    await desk.bus.publish({ stream: 'exec.orders', type: 'order', id: `order:${orderId}`, payload });
    return orderId;
  }

  const statesOf = async (orderId: string) =>
    (await desk.entries('exec.status'))
      .map(({ payload }) => payload)
      .filter((payload) => payload['orderId'] === orderId)
      .map(({ state }) => state);

  test('buys and sells there through the real client, once each, and its books are the account to the last digit', async () => {
    const executor = await open();
    const bought = await order('buy', 1);
    await eventually(async () => (await statesOf(bought)).at(-1)).toBe('filled');
    const { positions } = (await executor.get('/trade/account')).body as { positions: { freeQty: string }[] };
    // Binance takes the fee of a buy from what was bought.
    expect(positions.map(({ freeQty }) => freeQty)).toEqual([exchange === 'binance' ? '0.01998' : '0.02']);
    const sold = await order('sell', 2, positions[0]?.freeQty);
    await eventually(async () => (await statesOf(sold)).at(-1)).toBe('filled');
    const { orders, fills, balances } = simulator.venue(exchange).ledger('desk');
    expect(orders.map(({ side }) => side)).toEqual(['buy', 'sell']);
    expect(fills).toHaveLength(2);
    const { cashQuote } = (await executor.get('/trade/account')).body as { cashQuote: string };
    const free = balances[quote]?.free ?? '0';
    // The books opened with 20000 of the account's 30000.
    expect(Number(free) - Number(cashQuote)).toBeCloseTo(10_000, 6);
  });

  test('beats while it trades live, and says so when it is ended', async () => {
    const executor = await open();
    const { redisUrl, prefix } = desk.servers;
    const reader = openHeartbeatReader({ redisUrl, prefix, logger: pino({ level: 'silent' }) });
    await eventually(async () => (await reader.read())?.beat).toMatchObject({ live: true, venue: exchange });
    await executor.handle.stop();
    expect((await reader.read())?.beat).toMatchObject({ live: false });
    reader.close();
  });

  test('does not double an order whose answer was lost: it finds it by its client id', async () => {
    await open();
    simulator.faults.replace([{ fault: 'dropped_reply', endpoint: 'place', calls: [1] }]);
    const orderId = await order('buy', 1);
    await eventually(async () => (await statesOf(orderId)).at(-1)).toBe('filled');
    expect(simulator.venue(exchange).ledger('desk').orders).toHaveLength(1);
  });
});
