import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCcxtClient, type CcxtClient } from '../../support/ccxt-client.js';
import type { FaultRule, VenueName } from '../../support/exchange/faults/fault-script.js';
import { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';

const PATIENT = { timeout: 5000 };

let simulator: ExchangeSimulator;

beforeEach(async () => {
  simulator = await ExchangeSimulator.open({ seed: 7, limits: 'off' });
});

afterEach(async () => {
  await simulator.close();
});

/** A funded account, its client, and how many orders the venue has of it. */
async function deskAt(name: VenueName) {
  const venue = simulator.venue(name);
  venue.deposit('desk', 'USDT', '10000');
  venue.setPrice('BTC-USDT', '50000');
  const key = venue.openKey({ account: 'desk' });
  const client = await openCcxtClient({ url: simulator.url, venue: name, ...key, timeoutMs: 300 });
  await client.loadMarkets();
  return { venue, client, orders: () => venue.ledger('desk').orders.length };
}

const place = (client: CcxtClient, clientOrderId = 'f-1') =>
  client.createOrder('BTC/USDT', 'limit', 'buy', '0.01', '49000', { clientOrderId });

/** Resolves once an order with that client id was told of. */
async function watchUntil(client: CcxtClient, clientOrderId: string): Promise<void> {
  for (;;) {
    const orders = await client.watchOrders();
    if (orders.some(({ info }) => (info['c'] ?? info['cl_ord_id']) === clientOrderId)) return;
  }
}

describe.each(['binance', 'kraken'] as const)('%s', (name) => {
  test.each([
    { fault: 'timeout_after_accept', error: 'RequestTimeout', orders: 1 },
    { fault: 'error_after_accept', error: 'ExchangeNotAvailable|RequestTimeout', orders: 1 },
    { fault: 'error_after_accept', status: 502, error: 'ExchangeNotAvailable', orders: 1 },
    { fault: 'dropped_reply', error: 'NetworkError|ExchangeNotAvailable', orders: 1 },
    // Not an error of ccxt's own: the body's failure comes through as it is.
    { fault: 'cut_reply', error: 'SocketError', orders: 1 },
    { fault: 'lost_request', error: 'RequestTimeout', orders: 0 },
    { fault: 'reset_before_accept', error: 'NetworkError|ExchangeNotAvailable', orders: 0 },
    { fault: 'refused_before_accept', error: 'OperationFailed|ExchangeNotAvailable|ExchangeError', orders: 0 },
    { fault: 'refused_before_accept', status: 503, error: 'ExchangeNotAvailable', orders: 0 },
    { fault: 'rate_limited', error: 'DDoSProtection', orders: 0 },
  ] as const)('$fault: $orders orders at the venue, and $error', async ({ error, orders, ...rule }) => {
    const desk = await deskAt(name);
    simulator.faults.replace([{ ...rule, endpoint: 'place', calls: [1] }]);
    await expect(place(desk.client)).rejects.toMatchObject({ name: expect.stringMatching(`^(${error})$`) });
    expect(desk.orders()).toBe(orders);
    expect(simulator.faults.fired()).toMatchObject([{ call: 1, rule: { fault: rule.fault } }]);
    // Only the first call was meant.
    await place(desk.client, 'f-2');
    expect(desk.orders()).toBe(orders + 1);
  });

  test('banned: nothing is answered until the ban is over', async () => {
    const { client, orders } = await deskAt(name);
    simulator.faults.replace([{ fault: 'banned', endpoint: 'place', calls: [1], delayMs: 60_000 }]);
    await expect(place(client)).rejects.toMatchObject({ name: 'DDoSProtection' });
    await expect(place(client)).rejects.toMatchObject({ name: 'DDoSProtection' });
    simulator.advance(60_000);
    await place(client);
    expect(orders()).toBe(1);
  });

  test('slow_reply and late_request: answered all the same where the client waits', async () => {
    const { client, orders } = await deskAt(name);
    simulator.faults.replace([
      { fault: 'late_request', endpoint: 'place', calls: [1], delayMs: 20 },
      { fault: 'slow_reply', endpoint: 'place', calls: [2], delayMs: 20 },
    ]);
    await place(client, 'l-1');
    await place(client, 'l-2');
    expect(orders()).toBe(2);
    expect(simulator.faults.fired()).toHaveLength(2);
  });

  test('late_request: refused when it comes after the time that it gives itself', async () => {
    const { client, orders } = await deskAt(name);
    const expiry = name === 'binance' ? { recvWindow: 40 } : { deadline: new Date(Date.now() + 40).toISOString() };
    simulator.faults.replace([{ fault: 'late_request', endpoint: 'place', calls: [1], delayMs: 120 }]);
    const placed = client.createOrder('BTC/USDT', 'limit', 'buy', '0.01', '49000', expiry);
    await expect(placed).rejects.toThrow(/recvWindow|Deadline elapsed/);
    expect(orders()).toBe(0);
  });

  test('partial_fill: a limit order waits with the rest, a market order fills in pieces', async () => {
    const { venue, client } = await deskAt(name);
    await place(client);
    simulator.faults.replace([{ fault: 'partial_fill', share: 0.4, calls: [1, 2] }]);
    venue.setPrice('BTC-USDT', '48000');
    expect(venue.ledger('desk')).toMatchObject({
      orders: [{ status: 'partially_filled', filledQty: '0.004' }],
      fills: [{ qty: '0.004' }],
    });
    venue.setPrice('BTC-USDT', '48500');
    await client.createOrder('BTC/USDT', 'market', 'buy', '0.01');
    venue.setPrice('BTC-USDT', '48400');
    const { orders, fills } = venue.ledger('desk');
    expect(orders.map(({ status }) => status)).toEqual(['filled', 'filled']);
    expect(fills.map(({ qty }) => qty)).toEqual(['0.004', '0.0024', '0.01', '0.0036']);
  });

  test('maintenance: no answer but that, and no sockets', async () => {
    const { venue, client } = await deskAt(name);
    const watched = client.watchOrders();
    await expect.poll(() => venue.api.watchers(), PATIENT).toBe(1);
    venue.setMaintenance(60_000);
    await expect(watched).rejects.toThrow();
    await expect(place(client)).rejects.toMatchObject({ name: expect.stringMatching('OnMaintenance|NotAvailable') });
    await expect(client.watchOrders()).rejects.toThrow();
    simulator.advance(60_000);
    await place(client);
    await client.close();
  });

  test('closed_socket: the watcher is thrown at, and may watch again', async () => {
    const { venue, client } = await deskAt(name);
    simulator.faults.replace([{ fault: 'closed_socket', times: 1 }]);
    const watched = client.watchOrders();
    await expect.poll(() => venue.api.watchers(), PATIENT).toBe(1);
    await place(client);
    await expect(watched).rejects.toThrow();
    // The client may know of the end before the venue does.
    await expect.poll(() => venue.api.watchers(), PATIENT).toBe(0);
    const again = watchUntil(client, 'f-2');
    await expect.poll(() => venue.api.watchers(), PATIENT).toBe(1);
    await place(client, 'f-2');
    await again;
    await client.close();
  });
});

describe('events over a socket', () => {
  /** What a plain socket hears of one order that is placed and filled, with a rule. */
  async function heard(rules: readonly FaultRule[], atLeast: number): Promise<string[]> {
    const { venue, client } = await deskAt('binance');
    simulator.faults.replace(rules);
    const watched = client.watchOrders();
    await expect.poll(() => venue.api.watchers(), PATIENT).toBe(1);
    const told = listen(client);
    await place(client);
    venue.setPrice('BTC-USDT', '48000');
    await expect.poll(() => told.length, PATIENT).toBeGreaterThanOrEqual(atLeast);
    await watched.catch(() => undefined);
    await client.close();
    return told;
  }

  function listen(client: CcxtClient): string[] {
    const told: string[] = [];
    const handle = client.handleOrderUpdate.bind(client);
    client.handleOrderUpdate = (socket, message) => {
      told.push(`${String(message['x'])} ${String(message['X'])}`);
      handle(socket, message);
    };
    return told;
  }

  test('come once and in order', async () => {
    expect(await heard([], 2)).toEqual(['NEW NEW', 'TRADE FILLED']);
  });

  test('duplicate_event: come twice', async () => {
    expect(await heard([{ fault: 'duplicate_event', calls: [2] }], 3)).toEqual([
      'NEW NEW',
      'TRADE FILLED',
      'TRADE FILLED',
    ]);
  });

  test('reordered_event: come after the one that follows', async () => {
    expect(await heard([{ fault: 'reordered_event', calls: [1] }], 2)).toEqual(['TRADE FILLED', 'NEW NEW']);
  });

  test('late_event: come later', async () => {
    const rule = { fault: 'late_event', calls: [1], delayMs: 300 } as const;
    expect(await heard([rule], 2)).toEqual(['TRADE FILLED', 'NEW NEW']);
  });

  test('lost_event: never come', async () => {
    expect(await heard([{ fault: 'lost_event', calls: [1] }], 1)).toEqual(['TRADE FILLED']);
  });

  test('silent_socket: it stays open and says nothing more', async () => {
    const { venue, client } = await deskAt('binance');
    simulator.faults.replace([{ fault: 'silent_socket', calls: [2] }]);
    const watched = client.watchOrders();
    await expect.poll(() => venue.api.watchers(), PATIENT).toBe(1);
    await place(client);
    await watched;
    const told = listen(client);
    venue.setPrice('BTC-USDT', '48000');
    await client.fetchOpenOrders('BTC/USDT');
    expect(told).toEqual([]);
    expect(venue.sockets.size).toBe(1);
    await client.close();
  });
});

test('strikes the same calls with the same seed, and others with another', async () => {
  const rules = [{ fault: 'refused_before_accept', probability: 0.3, endpoint: 'time' }] as const;
  const struck = async (seed: number) => {
    const sim = await ExchangeSimulator.open({ seed, limits: 'off' });
    sim.faults.replace(rules);
    for (let call = 0; call < 60; call += 1) await fetch(`${sim.url}/api/v3/time`);
    const calls = sim.faults.fired().map(({ call }) => call);
    await sim.close();
    return calls;
  };
  const first = await struck(3);
  expect(first.length).toBeGreaterThan(8);
  expect(await struck(3)).toEqual(first);
  expect(await struck(4)).not.toEqual(first);
});

test('refuses a rule that it does not know, naming what it expected', () => {
  expect(() => simulator.faults.replace([{ fault: 'gone' } as unknown as FaultRule])).toThrow('timeout_after_accept');
  expect(() => simulator.faults.replace([{ fault: 'banned', calls: [1], probability: 0.5 }])).toThrow(
    'expected calls or probability, was both',
  );
});
