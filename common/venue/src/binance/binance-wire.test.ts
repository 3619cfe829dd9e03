import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RecordingVenue } from '../testing/recording-venue.js';
import { binanceOrder, binancePlaced } from '../testing/venue-replies.js';
import type { Venue, VenueOrderKind, VenueOrderRequest } from '../venue.js';

let server: RecordingVenue;
let venue: Venue;

beforeAll(async () => {
  server = await RecordingVenue.listen();
  venue = await server.open('binance');
});

afterEach(() => {
  server.requests.length = 0;
  server.times.length = 0;
});

afterAll(async () => {
  await venue.close();
  server.close();
});

function anOrder(kind: VenueOrderKind, fields: Partial<VenueOrderRequest> = {}): VenueOrderRequest {
  return { clientOrderId: 'oct1', symbol: 'BTC-USDT', side: 'buy', qty: '0.1', kind, ...fields };
}

const shared = { symbol: 'BTCUSDT', newClientOrderId: 'oct1', newOrderRespType: 'FULL', quantity: '0.1' };
const limit = { type: 'limit', price: '50000.01', timeInForce: 'gtc', postOnly: false } as const;

describe('an order to Binance as it is sent', () => {
  const kinds: readonly [string, VenueOrderKind, 'buy' | 'sell', Record<string, string>][] = [
    ['market', { type: 'market' }, 'buy', { type: 'MARKET' }],
    ['limit, good till cancelled', limit, 'buy', { type: 'LIMIT', timeInForce: 'GTC', price: '50000.01' }],
    [
      'limit, or cancel',
      { ...limit, timeInForce: 'ioc' },
      'buy',
      { type: 'LIMIT', timeInForce: 'IOC', price: '50000.01' },
    ],
    [
      'limit, all or nothing',
      { ...limit, timeInForce: 'fok' },
      'buy',
      { type: 'LIMIT', timeInForce: 'FOK', price: '50000.01' },
    ],
    ['post-only', { ...limit, postOnly: true }, 'buy', { type: 'LIMIT_MAKER', price: '50000.01' }],
    ['stop-loss', { type: 'stop_loss', stopPrice: '48000' }, 'sell', { type: 'STOP_LOSS', stopPrice: '48000' }],
    [
      'stop-limit',
      { type: 'stop_limit', stopPrice: '48000', price: '47900' },
      'sell',
      { type: 'STOP_LOSS_LIMIT', stopPrice: '48000', price: '47900', timeInForce: 'GTC' },
    ],
    ['take-profit', { type: 'take_profit', stopPrice: '52000' }, 'sell', { type: 'TAKE_PROFIT', stopPrice: '52000' }],
    [
      'trailing stop',
      { type: 'trailing_stop', trailingRatio: '0.015' },
      'sell',
      { type: 'STOP_LOSS', trailingDelta: '150' },
    ],
  ];

  test.each(kinds)('%s', async (...row) => {
    const [, kind, side, expected] = row;
    server.answer('POST /api/v3/order', () => ({ body: binancePlaced({ side: side.toUpperCase() }) }));
    const outcome = await venue.place(anOrder(kind, { side }));
    expect(server.asked()).toEqual([
      {
        method: 'POST',
        path: '/api/v3/order',
        signed: true,
        params: { ...shared, side: side.toUpperCase(), ...expected },
      },
    ]);
    expect(outcome).toEqual({
      outcome: 'accepted',
      order: {
        venueOrderId: '28',
        clientOrderId: 'oct1',
        symbol: 'BTC-USDT',
        side,
        qty: '0.1',
        filledQty: '0',
        state: 'open',
        createdAtMs: 1_700_000_000_123,
      },
    });
  });

  test('OCO whose stop sells at the market, as exits place it', async () => {
    const report = { orderListId: 7, side: 'SELL' };
    server.answer('POST /api/v3/orderList/oco', () => ({
      body: { orderListId: 7, orderReports: [binancePlaced({ ...report, orderId: 30, clientOrderId: 'oct1-s' })] },
    }));
    await venue.place(anOrder({ type: 'oco', price: '52000', stopPrice: '48000' }, { side: 'sell' }));
    expect(server.asked().map(({ params }) => params)).toEqual([
      {
        ...{ symbol: 'BTCUSDT', side: 'SELL', quantity: '0.1', listClientOrderId: 'oct1', newOrderRespType: 'RESULT' },
        ...{ aboveType: 'LIMIT_MAKER', abovePrice: '52000', aboveClientOrderId: 'oct1-p' },
        ...{ belowType: 'STOP_LOSS', belowStopPrice: '48000', belowClientOrderId: 'oct1-s' },
      },
    ]);
  });

  test.each([
    ['sell', 'above', 'below', { price: '52000', stopPrice: '48000' }],
    ['buy', 'below', 'above', { price: '48000', stopPrice: '52000' }],
  ] as const)('OCO, %s: the profit %s and the stop %s the price', async (...row) => {
    const [side, profit, stop, prices] = row;
    const report = { orderListId: 7, side: side.toUpperCase() };
    server.answer('POST /api/v3/orderList/oco', () => ({
      body: {
        orderListId: 7,
        orderReports: [
          binancePlaced({ ...report, orderId: 30, clientOrderId: 'oct1-s' }),
          binancePlaced({ ...report, orderId: 31, clientOrderId: 'oct1-p' }),
        ],
      },
    }));
    const kind = { type: 'oco', ...prices, stopLimitPrice: '47900' } as const;
    const outcome = await venue.place(anOrder(kind, { side }));
    expect(server.asked()).toEqual([
      {
        method: 'POST',
        path: '/api/v3/orderList/oco',
        signed: true,
        params: {
          symbol: 'BTCUSDT',
          side: side.toUpperCase(),
          quantity: '0.1',
          listClientOrderId: 'oct1',
          newOrderRespType: 'RESULT',
          [`${profit}Type`]: 'LIMIT_MAKER',
          [`${profit}Price`]: prices.price,
          [`${profit}ClientOrderId`]: 'oct1-p',
          [`${stop}Type`]: 'STOP_LOSS_LIMIT',
          [`${stop}StopPrice`]: prices.stopPrice,
          [`${stop}Price`]: '47900',
          [`${stop}TimeInForce`]: 'GTC',
          [`${stop}ClientOrderId`]: 'oct1-s',
        },
      },
    ]);
    expect(outcome).toMatchObject({
      outcome: 'accepted',
      order: { venueOrderId: 'list:7', clientOrderId: 'oct1', state: 'open' },
    });
  });

  test('carries the time after which the venue refuses it', async () => {
    server.answer('POST /api/v3/order', () => ({ body: binancePlaced() }));
    const expiresAtMs = Date.now() + 5_000;
    await venue.place(anOrder(limit, { expiresAtMs }));
    const [{ timestamp, recvWindow } = {}] = server.times.slice(-1);
    expect(Number(timestamp) + Number(recvWindow)).toBe(expiresAtMs);
  });

  test('is not sent when that time is over, is reduce-only, or asks for what the venue has not', async () => {
    expect(await venue.place(anOrder(limit, { expiresAtMs: Date.now() - 1 }))).toMatchObject({ outcome: 'not_done' });
    expect(await venue.place(anOrder(limit, { reduceOnly: true }))).toEqual({
      outcome: 'rejected',
      code: 'unsupported',
      reason: 'binance has no reduce-only on spot',
    });
    const odd = { type: 'trailing_stop', trailingRatio: '0.00015' } as const;
    expect(await venue.place(anOrder(odd))).toMatchObject({ outcome: 'rejected', code: 'unsupported' });
    expect(await venue.place(anOrder(limit, { symbol: 'DOGE-USDT' }))).toMatchObject({
      outcome: 'rejected',
      code: 'unknown_symbol',
    });
    expect(server.asked()).toEqual([]);
  });

  test('that is answered with another is not taken for placed', async () => {
    for (const other of [{ clientOrderId: 'oct2' }, { side: 'SELL' }, { origQty: '0.2' }, { symbol: 'ETHUSDT' }]) {
      server.answer('POST /api/v3/order', () => ({ body: binancePlaced(other) }));
      expect(await venue.place(anOrder(limit))).toMatchObject({ outcome: 'unknown' });
    }
  });

  test('keeps every digit of its numbers', async () => {
    server.answer('POST /api/v3/order', () => ({ body: binancePlaced({ origQty: '123456789.12345678' }) }));
    const kind = { ...limit, price: '1234567890123.45678901' };
    await venue.place(anOrder(kind, { qty: '123456789.12345678' }));
    expect(server.asked()[0]?.params).toMatchObject({
      quantity: '123456789.12345678',
      price: '1234567890123.45678901',
    });
  });
});

describe('a question to Binance as it is sent', () => {
  test('a cancellation names the order, that of an OCO its list', async () => {
    server.answer('DELETE /api/v3/order', () => ({ body: binancePlaced({ status: 'CANCELED' }) }));
    server.answer('DELETE /api/v3/orderList', () => ({ body: { orderListId: 7, orders: [{ orderId: 30 }] } }));
    expect(await venue.cancel({ venueOrderId: '28', symbol: 'BTC-USDT' })).toEqual({ outcome: 'canceled' });
    expect(await venue.cancel({ venueOrderId: 'list:7', symbol: 'BTC-USDT' })).toEqual({ outcome: 'canceled' });
    expect(server.asked().map(({ method, path, params }) => [method, path, params])).toEqual([
      ['DELETE', '/api/v3/order', { symbol: 'BTCUSDT', orderId: '28' }],
      ['DELETE', '/api/v3/orderList', { symbol: 'BTCUSDT', orderListId: '7' }],
    ]);
  });

  test('an order is asked for by its client id, then as a list', async () => {
    const none = { status: 400, body: { code: -2013, msg: 'Order does not exist.' } };
    server.answer('GET /api/v3/order', ({ params }) => {
      if (params['orderId'] === undefined) return none;
      const side = { orderId: Number(params['orderId']), orderListId: 7, side: 'SELL' };
      const filled = { ...side, clientOrderId: 'oct1-p', executedQty: '0.1', status: 'FILLED' };
      return {
        body: binanceOrder(
          params['orderId'] === '31' ? filled : { ...side, clientOrderId: 'oct1-s', status: 'EXPIRED' },
        ),
      };
    });
    server.answer('GET /api/v3/orderList', () => ({
      body: { orderListId: 7, orders: [{ orderId: 30 }, { orderId: 31 }] },
    }));
    expect(await venue.find({ clientOrderId: 'oct1', symbol: 'BTC-USDT' })).toEqual({
      outcome: 'found',
      order: {
        venueOrderId: 'list:7',
        clientOrderId: 'oct1',
        symbol: 'BTC-USDT',
        side: 'sell',
        qty: '0.1',
        filledQty: '0.1',
        state: 'filled',
        createdAtMs: 1_700_000_000_000,
      },
    });
    expect(server.asked().map(({ path, params }) => [path, params])).toEqual([
      ['/api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'oct1' }],
      ['/api/v3/orderList', { origClientOrderId: 'oct1' }],
      ['/api/v3/order', { symbol: 'BTCUSDT', orderId: '30' }],
      ['/api/v3/order', { symbol: 'BTCUSDT', orderId: '31' }],
    ]);
    server.answer('GET /api/v3/orderList', () => none);
    expect(await venue.find({ clientOrderId: 'oct2', symbol: 'BTC-USDT' })).toEqual({ outcome: 'not_found' });
  });

  test('balances, rights and clock', async () => {
    server.answer('GET /api/v3/account', () => ({
      body: { canTrade: true, balances: [{ asset: 'BTC', free: '1.50000000', locked: '0.25000000' }] },
    }));
    server.answer('GET /sapi/v1/account/apiRestrictions', () => ({
      body: { enableSpotAndMarginTrading: true, enableWithdrawals: false },
    }));
    server.answer('GET /api/v3/time', () => ({ body: { serverTime: Date.now() + 1_000 } }));
    expect(await venue.balances()).toEqual(new Map([['BTC', { free: '1.5', used: '0.25' }]]));
    expect(await venue.keyRights()).toEqual({ mayTrade: true, mayWithdraw: false });
    expect(Math.abs((await venue.clockOffsetMs()) - 1_000)).toBeLessThan(250);
  });

  test('markets come with the rules of its filters', async () => {
    expect((await venue.markets()).get('BTC-USDT')).toMatchObject({
      ...{ symbol: 'BTC-USDT', base: 'BTC', quote: 'USDT', active: true },
      ...{ tickSize: '0.01', lotSize: '0.00001', minQty: '0.00001', maxQty: '9000', minNotional: '5' },
    });
  });
});

test('several tickers are one question; one that cannot be read is left out', async () => {
  const closeTime = 1_700_000_000_000;
  server.answer('GET /api/v3/ticker/24hr', () => ({
    body: [
      { symbol: 'BTCUSDT', lastPrice: '60000.10', volume: '1234.5', closeTime },
      { symbol: 'ETHUSDT', lastPrice: null, volume: '1', closeTime },
    ],
  }));
  const told = await venue.tickers(['BTC-USDT', 'ETH-USDT']);
  expect([...told]).toEqual([['BTC-USDT', { lastPrice: '60000.1', dayVolume: '1234.5' }]]);
  expect(server.asked().map(({ path, params }) => [path, params])).toEqual([
    ['/api/v3/ticker/24hr', { symbols: '["BTCUSDT","ETHUSDT"]' }],
  ]);
});
