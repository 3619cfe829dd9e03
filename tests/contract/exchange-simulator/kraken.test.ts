import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCcxtClient, type CcxtClient } from '../../support/ccxt-client.js';
import { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';
import type { VenueControl } from '../../support/exchange/server/venue-control.js';

const BTC = 'BTC/USD';

const PATIENT = { timeout: 5000 };

let simulator: ExchangeSimulator;
let venue: VenueControl;
let client: CcxtClient;

beforeEach(async () => {
  simulator = await ExchangeSimulator.open({ venues: ['kraken'], limits: 'off' });
  venue = simulator.venue('kraken');
  venue.deposit('desk', 'USD', '10000');
  venue.deposit('desk', 'BTC', '1');
  venue.setPrice('BTC-USD', '50000');
  client = await openCcxtClient({ url: simulator.url, venue: 'kraken', ...venue.openKey({ account: 'desk' }) });
});

afterEach(async () => {
  await client.close();
  await simulator.close();
});

test('lists its markets with their steps and least amounts', async () => {
  const markets = await client.loadMarkets();
  expect(Object.keys(markets)).toEqual(['BTC/USD', 'BTC/USDT', 'ETH/USDT', 'SOL/USDT']);
  expect(markets[BTC]).toMatchObject({
    ...{ active: true, precision: { amount: '0.00000001', price: '0.1' } },
    limits: { amount: { min: '0.00005' }, cost: { min: '0.5' } },
  });
});

test('fills a market order at the price, with the fee in quote currency', async () => {
  const placed = await client.createOrder(BTC, 'market', 'buy', '0.01', undefined, { clientOrderId: 'a-1' });
  expect(placed).toMatchObject({ id: 'OSIM00-00000-000001', side: 'buy', amount: '0.01', type: 'market' });
  expect(await client.fetchOrder(placed.id, BTC)).toMatchObject({
    ...{ clientOrderId: 'a-1', status: 'closed', filled: '0.01', symbol: BTC },
  });
  expect(venue.ledger('desk').balances).toEqual({
    USD: { free: '9498', locked: '0' },
    BTC: { free: '1.01', locked: '0' },
  });
  expect(await client.fetchMyTrades(BTC)).toMatchObject([
    {
      ...{ id: 'TSIM00-00000-000001', order: placed.id, amount: '0.01', price: '50000', takerOrMaker: 'taker' },
      fee: { cost: '2', currency: 'USD' },
    },
  ]);
});

test('holds the money of a limit order, fee included, until the price comes by', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'buy', '0.1', '49000', { clientOrderId: 'a-2' });
  expect(await client.fetchBalance()).toMatchObject({ USD: { used: '4919.6', total: '10000' } });
  const open = await client.fetchOpenOrders(BTC, undefined, undefined, { clientOrderId: 'a-2' });
  expect(open).toMatchObject([{ id, clientOrderId: 'a-2', status: 'open', filled: '0', price: '49000' }]);
  expect(await client.fetchOpenOrders(BTC, undefined, undefined, { clientOrderId: 'other' })).toEqual([]);
  venue.playCandle('BTC-USD', candle('50000', '50100', '48900', '49500'));
  const closed = await client.fetchClosedOrders(BTC, undefined, undefined, { clientOrderId: 'a-2' });
  expect(closed).toMatchObject([{ id, status: 'closed', filled: '0.1' }]);
  expect(venue.ledger('desk').balances['USD']).toEqual({ free: '5087.75', locked: '0' });
  expect(await client.fetchOHLCV(BTC, '1m')).toEqual([[0, '50000', '50100', '48900', '49500', '1']]);
  expect(await client.fetchTicker(BTC)).toMatchObject({ last: '49500' });
});

test.each([
  { name: 'a stop-loss', type: 'market', params: { stopLossPrice: '48000' }, at: '48000' },
  { name: 'a stop-limit', type: 'limit', params: { stopLossPrice: '48000' }, price: '47900', at: '48000' },
  { name: 'a take-profit', type: 'market', params: { takeProfitPrice: '52000' }, at: '52000' },
  { name: 'a trailing stop', type: 'market', params: { trailingPercent: '2' }, at: '50960' },
])('triggers $name when the price comes there', async ({ type, params, price, at }) => {
  const order = await client.createOrder(BTC, type, 'sell', '0.1', price, params);
  expect(await client.fetchOrder(order.id, BTC)).toMatchObject({ status: 'open', filled: '0' });
  venue.playCandle('BTC-USD', candle('50000', '52000', '47950', '48500'));
  expect(await client.fetchOrder(order.id, BTC)).toMatchObject({ status: 'closed', filled: '0.1' });
  expect(await client.fetchMyTrades(BTC)).toMatchObject([{ price: at, side: 'sell' }]);
});

test('cancels by id or client id, and says so when there is nothing to cancel', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'sell', '0.1', '60000');
  await client.cancelOrder(id);
  await expect(client.cancelOrder(id)).rejects.toMatchObject({ name: 'OrderNotFound' });
  await client.createOrder(BTC, 'limit', 'sell', '0.1', '60000', { clientOrderId: 'c-1' });
  await client.cancelOrder('', BTC, { clientOrderId: 'c-1' });
  expect(await client.fetchClosedOrders(BTC)).toMatchObject([{ status: 'canceled' }, { status: 'canceled' }]);
  expect(venue.ledger('desk').balances['BTC']).toEqual({ free: '1', locked: '0' });
});

test('amends an order, which keeps its id', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'sell', '0.1', '60000');
  await client.editOrder(id, BTC, 'limit', 'sell', '0.2', '61000');
  expect(await client.fetchOrder(id, BTC)).toMatchObject({ status: 'open', amount: '0.2', price: '61000' });
  expect(venue.ledger('desk').balances['BTC']).toEqual({ free: '0.8', locked: '0.2' });
});

test('cancels everything at once, or when nobody asked again in time', async () => {
  await client.createOrder(BTC, 'limit', 'sell', '0.1', '60000');
  await client.cancelAllOrders();
  expect(await client.fetchOpenOrders(BTC)).toEqual([]);
  await client.createOrder(BTC, 'limit', 'sell', '0.1', '60000');
  await client.cancelAllOrdersAfter(60_000);
  simulator.advance(59_000);
  expect(await client.fetchOpenOrders(BTC)).toHaveLength(1);
  simulator.advance(2000);
  expect(await client.fetchOpenOrders(BTC)).toEqual([]);
  await client.createOrder(BTC, 'limit', 'sell', '0.1', '60000');
  await client.cancelAllOrdersAfter(60_000);
  await client.cancelAllOrdersAfter(0);
  simulator.advance(120_000);
  expect(await client.fetchOpenOrders(BTC)).toHaveLength(1);
});

test.each([
  { name: 'less than the least worth', price: '4', error: 'EOrder:Cost minimum not met' },
  { name: 'more than there is', price: '49000', amount: '1', error: 'EOrder:Insufficient funds' },
  { name: 'a client id that is too long', price: '49000', id: 'x'.repeat(19), error: 'cl_ord_id' },
  { name: 'reduce-only', price: '49000', params: { reduceOnly: true }, error: 'EOrder:Reduce only' },
])('refuses $name', async ({ price, error, amount = '0.1', id = 'ok', params }) => {
  const placed = client.createOrder(BTC, 'limit', 'buy', amount, price, { clientOrderId: id, ...params });
  await expect(placed).rejects.toThrow(error);
  expect(venue.ledger('desk')).toMatchObject({ orders: [], balances: { USD: { free: '10000' } } });
});

test('takes a post-only order that would take, and cancels it', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'buy', '0.1', '50001', { postOnly: true });
  expect(await client.fetchOrder(id, BTC)).toMatchObject({ status: 'canceled', filled: '0', postOnly: true });
});

test('ends an immediate-or-cancel order that finds nothing', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'buy', '0.1', '49000', { timeInForce: 'IOC' });
  expect(await client.fetchOrder(id, BTC)).toMatchObject({ status: 'canceled', filled: '0' });
});

test('refuses a client id while its order is open, and takes it again afterwards', async () => {
  const place = () => client.createOrder(BTC, 'limit', 'sell', '0.1', '60000', { clientOrderId: 'same' });
  const { id } = await place();
  await expect(place()).rejects.toThrow('cl_ord_id not unique');
  await client.cancelOrder(id, BTC);
  expect(await place()).toMatchObject({ side: 'sell' });
});

test('refuses an order whose deadline is over', async () => {
  const at = (ms: number) => ({ deadline: new Date(Date.now() + ms).toISOString() });
  await expect(client.createOrder(BTC, 'market', 'buy', '0.01', undefined, at(-1))).rejects.toThrow('Deadline elapsed');
  await client.createOrder(BTC, 'market', 'buy', '0.01', undefined, at(5000));
  expect(venue.ledger('desk').orders).toHaveLength(1);
});

test('tells its time in whole seconds, and what a key may do', async () => {
  venue.setClockSkew(5000);
  expect((await client.fetchTime()) - Date.now()).toBeGreaterThan(3900);
  const { result } = await client.privatePostGetApiKeyInfo();
  expect(result['permissions']).toEqual(expect.arrayContaining(['query-funds', 'modify-trades']));
  expect(result['permissions']).not.toContain('withdraw-funds');
});

test('refuses a wrong secret, a nonce that was used, and an order by a key that may only read', async () => {
  const reader = venue.openKey({ account: 'desk', name: 'reader', mayTrade: false });
  const other = await openCcxtClient({ url: simulator.url, venue: 'kraken', ...reader });
  await other.fetchOpenOrders(BTC);
  await expect(other.createOrder(BTC, 'market', 'buy', '0.1')).rejects.toMatchObject({ name: 'PermissionDenied' });
  other.nonce = () => 1;
  await expect(other.fetchOpenOrders(BTC)).rejects.toMatchObject({ name: 'InvalidNonce' });
  const forged = await openCcxtClient({ url: simulator.url, venue: 'kraken', ...reader, secret: 'Zm9yZ2Vk' });
  await expect(forged.fetchOpenOrders(BTC)).rejects.toThrow('EAPI:Invalid signature');
});

test('gives trades and ended orders fifty at a time, newest first', async () => {
  for (let index = 0; index < 60; index += 1) {
    venue.engine.place('desk', specOf('0.001'));
  }
  const pages = [];
  for (const ofs of [0, 50]) pages.push(await client.fetchMyTrades(BTC, undefined, undefined, { ofs }));
  expect(pages.map((page) => page.length)).toEqual([50, 10]);
  expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(60);
  expect(await client.fetchClosedOrders(BTC, undefined, undefined, { ofs: 50 })).toHaveLength(10);
});

test('counts calls, and refuses those above the limit until time has passed', async () => {
  const limited = await ExchangeSimulator.open({ venues: ['kraken'] });
  const key = limited.venue('kraken').openKey({ account: 'desk' });
  const asking = await openCcxtClient({ url: limited.url, venue: 'kraken', ...key });
  let answered = 0;
  const ask = async () => {
    for (; answered < 100; answered += 1) await asking.fetchBalance();
  };
  await expect(ask()).rejects.toThrow('EAPI:Rate limit exceeded');
  expect(answered).toBe(20);
  limited.advance(60_000);
  await asking.fetchBalance();
  await asking.close();
  await limited.close();
});

test('tells of orders and fills over the socket, with the client id and without doubles', async () => {
  const orders = client.watchOrders();
  await expect.poll(() => venue.api.watchers(), PATIENT).toBe(1);
  await client.createOrder(BTC, 'limit', 'buy', '0.1', '49000', { clientOrderId: 'w-1' });
  const [first] = await orders;
  expect(first).toMatchObject({ symbol: BTC, status: 'open', amount: '0.1', info: { cl_ord_id: 'w-1' } });
  const trades = client.watchMyTrades();
  venue.setPrice('BTC-USD', '48500');
  expect(await trades).toMatchObject([
    {
      ...{ id: 'TSIM00-00000-000001', order: 'OSIM00-00000-000001', amount: '0.1', price: '49000' },
      ...{ takerOrMaker: 'maker', fee: { cost: '12.25', currency: 'USD' }, info: { cl_ord_id: 'w-1' } },
    },
  ]);
  const balance = client.watchBalance();
  await expect.poll(() => venue.api.watchers(), PATIENT).toBe(2);
  expect(await balance).toMatchObject({ BTC: { total: '1.1' } });
});

function specOf(qty: string) {
  const quantity = venue.engine.getBook('BTC-USD').lot.times(100_000_000).times(qty);
  return {
    ...({ clientOrderId: undefined, symbol: 'BTC-USD', side: 'sell', type: 'market', qty: quantity } as const),
    ...({
      price: undefined,
      stopPrice: undefined,
      trailingRatio: undefined,
      timeInForce: 'gtc',
      postOnly: false,
    } as const),
  };
}

function candle(...[open, high, low, close]: readonly [string, string, string, string]) {
  return { openTimeMs: 0, open, high, low, close, volume: '1' };
}
