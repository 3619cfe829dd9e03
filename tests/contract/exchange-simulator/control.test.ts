import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCcxtClient } from '../../support/ccxt-client.js';
import { PriceWalk } from '../../support/exchange/price-walk.js';
import { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';

let simulator: ExchangeSimulator;

beforeEach(async () => {
  simulator = await ExchangeSimulator.open();
});

afterEach(async () => {
  await simulator.close();
});

async function post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${simulator.url}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('is steered over HTTP: keys, money, prices, depth and the ledger', async () => {
  const venue = 'binance';
  const { body: key } = await post('key', { venue, account: 'child' });
  await post('deposit', { venue, account: 'child', asset: 'USDT', amount: '1000' });
  await post('price', { venue, symbol: 'BTC-USDT', price: '50000' });
  await post('depth', { venue, symbol: 'BTC-USDT', qty: '0.004' });
  const client = await openCcxtClient({ url: simulator.url, venue, ...(key as { apiKey: string; secret: string }) });
  await client.createOrder('BTC/USDT', 'limit', 'buy', '0.01', '50000', { clientOrderId: 'h-1' });
  await post('depth', { venue, symbol: 'BTC-USDT', qty: null });
  const candle = { openTimeMs: 0, open: '50000', high: '50100', low: '49900', close: '50050', volume: '1' };
  expect(await post('candle', { venue, symbol: 'BTC-USDT', candle })).toEqual({ status: 200, body: {} });
  const ledger = await fetch(`${simulator.url}/control/ledger?venue=binance&account=child`);
  expect(await ledger.json()).toMatchObject({
    deposits: { USDT: '1000' },
    balances: { USDT: { free: '500', locked: '0' }, BTC: { free: '0.00999', locked: '0' } },
    orders: [{ venueOrderId: '1', clientOrderId: 'h-1', status: 'filled', filledQty: '0.01' }],
    fills: [
      { qty: '0.004', maker: false },
      { qty: '0.006', maker: true },
    ],
  });
});

test('is steered over HTTP: faults, clock, maintenance, time and sockets', async () => {
  const time = () => fetch(`${simulator.url}/api/v3/time`);
  await post('faults', { rules: [{ fault: 'rate_limited', endpoint: 'time', calls: [1] }] });
  expect((await time()).status).toBe(429);
  const fired = await fetch(`${simulator.url}/control/faults`);
  expect(await fired.json()).toMatchObject({ fired: [{ call: 1, what: 'GET /api/v3/time' }] });
  await post('clock', { venue: 'binance', skewMs: 3_600_000 });
  const { serverTime } = (await (await time()).json()) as { serverTime: number };
  expect(serverTime - Date.now()).toBeGreaterThan(3_500_000);
  await post('maintenance', { venue: 'binance', forMs: 60_000 });
  expect((await time()).status).toBe(503);
  await post('advance', { ms: 60_000 });
  expect((await time()).status).toBe(200);
  expect(await post('sockets', { venue: 'binance', action: 'close' })).toEqual({ status: 200, body: {} });
});

test.each([
  { path: 'price', body: { venue: 'binance', symbol: 'BTC-USDT', price: 'much' }, error: 'price' },
  { path: 'price', body: { venue: 'binance', symbol: 'XXX-YYY', price: '1' }, error: 'expected one of BTC-USDT' },
  { path: 'faults', body: { rules: [{ fault: 'gone' }] }, error: 'timeout_after_accept' },
])('refuses a wrong $path, and says what it expected', async ({ path, body, error }) => {
  const answer = await post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.body['error']).toContain(error);
});

test('refuses a body that is too large, and a route that it has not', async () => {
  expect((await post('faults', { padding: 'x'.repeat(70_000) })).status).toBe(413);
  expect((await post('nothing', {})).status).toBe(404);
  expect((await fetch(`${simulator.url}/elsewhere`)).status).toBe(404);
});

test('moves prices by a seeded walk, and keeps their minute candles', () => {
  const walked = (seed: string) => {
    const venue = simulator.venue('kraken');
    venue.setPrice('BTC-USD', '50000');
    const book = venue.engine.getBook('BTC-USD');
    book.candles.length = 0;
    const walk = new PriceWalk(venue, seed);
    for (let step = 0; step < 130; step += 1) walk.step(step * 1000);
    return structuredClone(book.candles);
  };
  const candles = walked('a');
  expect(candles.map(({ openTimeMs }) => openTimeMs)).toEqual([0, 60_000, 120_000]);
  expect(candles[1]?.open).toBe(candles[0]?.close);
  expect(walked('a')).toEqual(candles);
  expect(walked('b')).not.toEqual(candles);
});
