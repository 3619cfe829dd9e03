import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCcxtClient, type CcxtClient } from '../../support/ccxt-client.js';
import { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';
import type { VenueControl } from '../../support/exchange/server/venue-control.js';

const BTC = 'BTC/USDT';

const PATIENT = { timeout: 5000 };

let simulator: ExchangeSimulator;
let venue: VenueControl;
let client: CcxtClient;

beforeEach(async () => {
  simulator = await ExchangeSimulator.open({ venues: ['binance'] });
  venue = simulator.venue('binance');
  venue.deposit('desk', 'USDT', '10000');
  venue.deposit('desk', 'BTC', '1');
  venue.setPrice('BTC-USDT', '50000');
  client = await openCcxtClient({ url: simulator.url, venue: 'binance', ...venue.openKey({ account: 'desk' }) });
});

afterEach(async () => {
  await client.close();
  await simulator.close();
});

test('lists its markets with their steps and least amounts', async () => {
  const markets = await client.loadMarkets();
  expect(Object.keys(markets)).toEqual(['BTC/USDT', 'ETH/USDT', 'SOL/USDT']);
  expect(markets[BTC]).toMatchObject({
    active: true,
    precision: { amount: '0.00001', price: '0.01' },
    limits: { amount: { min: '0.00001', max: '9000' }, cost: { min: '5' } },
  });
});

test('fills a market order at the price, with the fee in what it brings', async () => {
  const order = await client.createOrder(BTC, 'market', 'buy', '0.01', undefined, { clientOrderId: 'a-1' });
  expect(order).toMatchObject({ id: '1', clientOrderId: 'a-1', status: 'closed', amount: '0.01', filled: '0.01' });
  expect(venue.ledger('desk').balances).toEqual({
    USDT: { free: '9500', locked: '0' },
    BTC: { free: '1.00999', locked: '0' },
  });
  expect(await client.fetchMyTrades(BTC)).toMatchObject([
    {
      id: '1',
      order: '1',
      amount: '0.01',
      price: '50000',
      takerOrMaker: 'taker',
      fee: { cost: '0.00001', currency: 'BTC' },
    },
  ]);
});

test('holds the money of a limit order until the price comes by', async () => {
  await client.createOrder(BTC, 'limit', 'buy', '0.1', '49000', { clientOrderId: 'a-2' });
  expect(await client.fetchBalance()).toMatchObject({ USDT: { free: '5100', used: '4900', total: '10000' } });
  expect(await client.fetchOpenOrders(BTC)).toMatchObject([{ clientOrderId: 'a-2', status: 'open', filled: '0' }]);
  venue.playCandle('BTC-USDT', candle('50000', '50100', '48900', '49500'));
  const found = await client.fetchOrder(undefined, BTC, { clientOrderId: 'a-2' });
  expect(found).toMatchObject({ id: '1', status: 'closed', filled: '0.1', price: '49000' });
  expect(await client.fetchMyTrades(BTC)).toMatchObject([{ takerOrMaker: 'maker', price: '49000' }]);
  expect(await client.fetchOHLCV(BTC, '1m')).toMatchObject([[0, '50000', '50100', '48900', '49500', '1']]);
  expect(await client.fetchTicker(BTC)).toMatchObject({ last: '49500' });
});

test.each([
  { name: 'a stop-loss', type: 'market', params: { stopLossPrice: '48000' }, at: '48000' },
  { name: 'a stop-limit', type: 'limit', params: { stopLossPrice: '48000' }, price: '47900', at: '48000' },
  { name: 'a take-profit', type: 'market', params: { takeProfitPrice: '52000' }, at: '52000' },
  {
    ...{ name: 'a trailing stop', type: 'market', at: '50960' },
    params: { trailingPercent: '2', stopLossOrTakeProfit: 'stopLoss' },
  },
])('triggers $name when the price comes there', async ({ type, params, price, at }) => {
  const order = await client.createOrder(BTC, type, 'sell', '0.1', price, params);
  expect(await client.fetchOrder(order.id, BTC)).toMatchObject({ status: 'open', filled: '0' });
  venue.playCandle('BTC-USDT', candle('50000', '52000', '47950', '48500'));
  expect(await client.fetchOrder(order.id, BTC)).toMatchObject({ status: 'closed', filled: '0.1' });
  expect(await client.fetchMyTrades(BTC)).toMatchObject([{ price: at, side: 'sell' }]);
});

test('cancels by id, and says so when there is nothing to cancel', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'sell', '0.1', '60000');
  expect(await client.cancelOrder(id, BTC)).toMatchObject({ id, status: 'canceled' });
  await expect(client.cancelOrder(id, BTC)).rejects.toMatchObject({ name: 'OrderNotFound' });
  expect(venue.ledger('desk').balances['BTC']).toEqual({ free: '1', locked: '0' });
});

test('cancels all orders of a market', async () => {
  for (const price of ['60000', '61000']) await client.createOrder(BTC, 'limit', 'sell', '0.1', price);
  await client.cancelAllOrders(BTC);
  expect(await client.fetchOpenOrders(BTC)).toEqual([]);
  expect(await client.fetchOrders(BTC)).toMatchObject([{ status: 'canceled' }, { status: 'canceled' }]);
});

test('replaces an order by another', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'sell', '0.1', '60000');
  const params = { cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: id };
  const replaced = await client.editOrder(id, BTC, 'limit', 'sell', '0.2', '61000', params);
  expect(replaced).toMatchObject({ id: '2', status: 'open', amount: '0.2', price: '61000' });
  expect(await client.fetchOrder(id, BTC)).toMatchObject({ status: 'canceled' });
});

test('takes one of two orders of a list, and ends the other', async () => {
  const list = await client.privatePostOrderListOco({
    ...{ symbol: 'BTCUSDT', side: 'SELL', quantity: '0.1', listClientOrderId: 'oco-1' },
    ...{ aboveType: 'LIMIT_MAKER', abovePrice: '55000', aboveClientOrderId: 'oco-1-a' },
    ...{ belowType: 'STOP_LOSS', belowStopPrice: '48000', belowClientOrderId: 'oco-1-b' },
  });
  expect(list).toMatchObject({ orderListId: 1, listOrderStatus: 'EXECUTING', listClientOrderId: 'oco-1' });
  expect(venue.ledger('desk').balances['BTC']).toEqual({ free: '0.9', locked: '0.1' });
  venue.setPrice('BTC-USDT', '47000');
  expect(await client.fetchOrders(BTC)).toMatchObject([
    { clientOrderId: 'oco-1-a', status: 'expired', filled: '0' },
    { clientOrderId: 'oco-1-b', status: 'closed', filled: '0.1' },
  ]);
  expect(await client.privateGetOrderList({ origClientOrderId: 'oco-1' })).toMatchObject({
    listOrderStatus: 'ALL_DONE',
  });
});

test.each([
  { name: 'a post-only order that would take', price: '50001', params: { postOnly: true }, error: /OrderImmediately/ },
  { name: 'less than the least worth', price: '40', error: /BadRequest/ },
  { name: 'more than there is', price: '490000', error: /InsufficientFunds/ },
  { name: 'a stop behind the price', params: { stopLossPrice: '49000' }, error: /OrderImmediately/ },
])('refuses $name', async ({ price, params, error }) => {
  const placed = client.createOrder(BTC, price === undefined ? 'market' : 'limit', 'buy', '0.1', price, params);
  await expect(placed).rejects.toMatchObject({ name: expect.stringMatching(error) });
  expect(venue.ledger('desk')).toMatchObject({ orders: [], balances: { USDT: { free: '10000' } } });
});

test('ends an immediate-or-cancel and a fill-or-kill order that finds nothing', async () => {
  for (const timeInForce of ['IOC', 'FOK'])
    await client.createOrder(BTC, 'limit', 'buy', '0.1', '49000', { timeInForce });
  expect(await client.fetchOrders(BTC)).toMatchObject([{ status: 'expired' }, { status: 'expired' }]);
});

test('refuses a client id while its order is open, and takes it again afterwards', async () => {
  const place = () => client.createOrder(BTC, 'limit', 'sell', '0.1', '60000', { clientOrderId: 'same' });
  const { id } = await place();
  await expect(place()).rejects.toThrow('Duplicate order sent.');
  await client.cancelOrder(id, BTC);
  expect(await place()).toMatchObject({ id: '2', clientOrderId: 'same' });
});

test('tells its time and what a key may do', async () => {
  venue.setClockSkew(400);
  expect((await client.fetchTime()) - Date.now()).toBeGreaterThan(300);
  expect(await client.sapiGetAccountApiRestrictions()).toMatchObject({
    ...{ enableWithdrawals: false, enableSpotAndMarginTrading: true },
  });
});

test('refuses a request out of its time, a wrong secret, and an order by a key that may only read', async () => {
  venue.setClockSkew(60_000);
  await expect(client.fetchOpenOrders(BTC)).rejects.toMatchObject({ name: 'InvalidNonce' });
  venue.setClockSkew(0);
  const reader = venue.openKey({ account: 'desk', name: 'reader', mayTrade: false });
  const other = await openCcxtClient({ url: simulator.url, venue: 'binance', ...reader });
  expect(await other.fetchOpenOrders(BTC)).toEqual([]);
  await expect(other.createOrder(BTC, 'market', 'buy', '0.1')).rejects.toThrow('-2015');
  const forged = await openCcxtClient({ url: simulator.url, venue: 'binance', ...reader, secret: 'forged' });
  await expect(forged.fetchOpenOrders(BTC)).rejects.toThrow('-1022');
});

test('pages trades by id', async () => {
  for (let index = 0; index < 5; index += 1) await client.createOrder(BTC, 'market', 'sell', '0.001');
  const pages = [];
  for (const fromId of [1, 3, 5]) pages.push(await client.fetchMyTrades(BTC, undefined, 2, { fromId }));
  expect(pages.map((page) => page.map(({ id }) => id))).toEqual([['1', '2'], ['3', '4'], ['5']]);
});

test('counts weight and orders in its headers', async () => {
  await client.loadMarkets();
  const used = () => Number(client.last_response_headers?.['X-Mbx-Used-Weight-1m']);
  await client.fetchTime();
  const before = used();
  await client.createOrder(BTC, 'market', 'buy', '0.001');
  expect(used() - before).toBe(1);
  expect(client.last_response_headers).toMatchObject({ 'X-Mbx-Order-Count-10s': '1', 'X-Mbx-Order-Count-1d': '1' });
});

test('answers 429 above the limit with a time to wait, and 418 when that is not heeded', async () => {
  await client.loadMarkets();
  const statuses: string[] = [];
  for (let index = 0; index < 320; index += 1) {
    const asked = client.fetchOrders(BTC).then(
      () => 'ok',
      (error: unknown) => /429|418/.exec(String(error))?.[0] ?? String(error),
    );
    const status = await asked;
    if (statuses.at(-1) !== status) statuses.push(status);
  }
  expect(statuses).toEqual(['ok', '429', '418']);
  expect(Number(client.last_response_headers?.['Retry-After'])).toBeGreaterThan(100);
  simulator.advance(180_000);
  expect(await client.fetchOrders(BTC)).toEqual([]);
});

test('takes orders over the socket as well', async () => {
  const { id } = await client.createOrderWs(BTC, 'limit', 'buy', '0.1', '49000', { clientOrderId: 'ws-1' });
  expect(await client.fetchOrder(id, BTC)).toMatchObject({ clientOrderId: 'ws-1', status: 'open' });
  await client.cancelOrderWs(id, BTC);
  expect(await client.fetchOrder(id, BTC)).toMatchObject({ status: 'canceled' });
  await expect(client.createOrderWs(BTC, 'limit', 'buy', '1', '49000')).rejects.toMatchObject({
    name: 'InsufficientFunds',
  });
});

test('tells of orders, fills and balances over the socket', async () => {
  const orders = client.watchOrders(BTC);
  const trades = client.watchMyTrades(BTC);
  const balance = client.watchBalance();
  await expect.poll(() => venue.sockets.size, PATIENT).toBe(1);
  await client.fetchTime();
  await expect.poll(() => subscribed(), PATIENT).toBe(true);
  await client.createOrder(BTC, 'limit', 'buy', '0.1', '49000', { clientOrderId: 'w-1' });
  expect(await orders).toMatchObject([{ clientOrderId: 'w-1', status: 'open', filled: '0' }]);
  expect(await balance).toMatchObject({ USDT: { free: '5100', used: '4900' } });
  const next = client.watchOrders(BTC);
  venue.setPrice('BTC-USDT', '48500');
  expect((await next).at(-1)).toMatchObject({ clientOrderId: 'w-1', status: 'closed', filled: '0.1' });
  expect(await trades).toMatchObject([
    {
      id: '1',
      order: '1',
      amount: '0.1',
      price: '49000',
      takerOrMaker: 'maker',
      fee: { cost: '0.0001', currency: 'BTC' },
    },
  ]);
});

function subscribed(): boolean {
  return venue.api.watchers() > 0;
}

function candle(...[open, high, low, close]: readonly [string, string, string, string]) {
  return { openTimeMs: 0, open, high, low, close, volume: '1' };
}
