import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RecordingVenue } from '../testing/recording-venue.js';
import { krakenOrder, krakenReply, krakenTrade } from '../testing/venue-replies.js';
import type { Venue, VenueOrderKind, VenueOrderRequest } from '../venue.js';

const TXID = 'OQCLML-BW3P3-BUCMWZ';

let server: RecordingVenue;
let venue: Venue;

beforeAll(async () => {
  server = await RecordingVenue.listen();
  venue = await server.open('kraken');
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
  return { clientOrderId: 'c1', symbol: 'BTC-USD', side: 'sell', qty: '0.1', kind, ...fields };
}

const placed = krakenReply({ descr: { order: 'sell 0.10000000 XBTUSD @ limit 50000.1' }, txid: [TXID] });
const shared = { pair: 'XXBTZUSD', type: 'sell', volume: '0.1', cl_ord_id: 'c1', oflags: 'fciq' };
const limit = { type: 'limit', price: '50000.1', timeInForce: 'gtc', postOnly: false } as const;

describe('an order to Kraken as it is sent', () => {
  const kinds: readonly [string, VenueOrderKind, Record<string, string>][] = [
    ['market', { type: 'market' }, { ordertype: 'market' }],
    ['limit, good till cancelled', limit, { ordertype: 'limit', price: '50000.1', timeinforce: 'GTC' }],
    [
      'limit, or cancel',
      { ...limit, timeInForce: 'ioc' },
      { ordertype: 'limit', price: '50000.1', timeinforce: 'IOC' },
    ],
    [
      'post-only',
      { ...limit, postOnly: true },
      { ordertype: 'limit', price: '50000.1', timeinforce: 'GTC', oflags: 'fciq,post' },
    ],
    ['stop-loss', { type: 'stop_loss', stopPrice: '48000' }, { ordertype: 'stop-loss', price: '48000' }],
    [
      'stop-limit',
      { type: 'stop_limit', stopPrice: '48000', price: '47900' },
      { ordertype: 'stop-loss-limit', price: '48000', price2: '47900' },
    ],
    ['take-profit', { type: 'take_profit', stopPrice: '52000' }, { ordertype: 'take-profit', price: '52000' }],
    [
      'trailing stop',
      { type: 'trailing_stop', trailingRatio: '0.015' },
      { ordertype: 'trailing-stop', price: '+1.5%', trigger: 'last' },
    ],
  ];

  test.each(kinds)('%s', async (_name, kind, expected) => {
    server.answer('POST /0/private/AddOrder', () => ({ body: placed }));
    const outcome = await venue.place(anOrder(kind));
    expect(server.asked()).toEqual([
      { method: 'POST', path: '/0/private/AddOrder', signed: true, params: { ...shared, ...expected } },
    ]);
    expect(outcome).toEqual({
      outcome: 'accepted',
      order: {
        venueOrderId: TXID,
        clientOrderId: 'c1',
        symbol: 'BTC-USD',
        side: 'sell',
        qty: '0.1',
        filledQty: '0',
        state: 'open',
        createdAtMs: undefined,
      },
    });
  });

  test('carries the time after which the venue refuses it, and a nonce that rises', async () => {
    server.answer('POST /0/private/AddOrder', () => ({ body: placed }));
    const expiresAtMs = Date.now() + 5_000;
    await Promise.all([1, 2, 3].map(() => venue.place(anOrder(limit, { expiresAtMs }))));
    expect(server.times.slice(-3).map(({ deadline }) => deadline)).toEqual(
      Array.from({ length: 3 }, () => new Date(expiresAtMs).toISOString()),
    );
    expect(new Set(server.times.slice(-3).map(({ nonce }) => nonce)).size).toBe(3);
  });

  test('is not sent for what the venue has not', async () => {
    const oco = { type: 'oco', price: '52000', stopPrice: '48000' } as const;
    for (const kind of [
      oco,
      { ...limit, timeInForce: 'fok' },
      { ...limit, timeInForce: 'ioc', postOnly: true },
    ] as const) {
      expect(await venue.place(anOrder(kind))).toMatchObject({ outcome: 'rejected', code: 'unsupported' });
    }
    expect(server.asked()).toEqual([]);
  });

  test('is sent again with another nonce when that alone was refused', async () => {
    let tries = 0;
    server.answer('POST /0/private/AddOrder', () => {
      tries += 1;
      return { body: tries < 3 ? krakenReply(undefined, ['EAPI:Invalid nonce']) : placed };
    });
    expect(await venue.place(anOrder(limit))).toMatchObject({ outcome: 'accepted' });
    expect(server.asked()).toHaveLength(3);
    tries = -10;
    expect(await venue.place(anOrder(limit))).toMatchObject({ outcome: 'not_done' });
  });
});

describe('a question to Kraken as it is sent', () => {
  test('a cancellation and a change name the order', async () => {
    server.answer('POST /0/private/CancelOrder', () => ({ body: krakenReply({ count: 1 }) }));
    server.answer('POST /0/private/AmendOrder', () => ({ body: krakenReply({ amend_id: 'TTW6PD-RC36L-ZZSWNU' }) }));
    server.answer('POST /0/private/QueryOrders', () => ({
      body: krakenReply({ [TXID]: krakenOrder({ vol: '0.2' }) }),
    }));
    const order = { venueOrderId: TXID, symbol: 'BTC-USD' };
    expect(await venue.cancel(order)).toEqual({ outcome: 'canceled' });
    expect(await venue.amend(order, { qty: '0.2', price: '49000.1' })).toMatchObject({
      outcome: 'accepted',
      order: { venueOrderId: TXID, qty: '0.2', state: 'open' },
    });
    expect(server.asked().map(({ path, params }) => [path, params])).toEqual([
      ['/0/private/CancelOrder', { txid: TXID }],
      ['/0/private/AmendOrder', { txid: TXID, order_qty: '0.2', limit_price: '49000.1' }],
      ['/0/private/QueryOrders', { txid: TXID }],
    ]);
  });

  test('a change that was taken, and cannot be looked at, is unknown', async () => {
    server.answer('POST /0/private/AmendOrder', () => ({ body: krakenReply({ amend_id: 'TTW6PD-RC36L-ZZSWNU' }) }));
    server.answer('POST /0/private/QueryOrders', () => ({
      body: krakenReply(undefined, ['EAPI:Rate limit exceeded']),
    }));
    expect(await venue.amend({ venueOrderId: TXID, symbol: 'BTC-USD' }, { qty: '0.2' })).toMatchObject({
      outcome: 'unknown',
    });
  });

  test('an order is asked for by its client id, among the open ones and then the closed ones', async () => {
    server.answer('POST /0/private/OpenOrders', () => ({ body: krakenReply({ open: {} }) }));
    server.answer('POST /0/private/ClosedOrders', () => ({
      body: krakenReply({ closed: { [TXID]: krakenOrder({ status: 'closed', vol_exec: '0.10000000' }) }, count: 1 }),
    }));
    expect(await venue.find({ clientOrderId: 'c1', symbol: 'BTC-USD' })).toEqual({
      outcome: 'found',
      order: {
        venueOrderId: TXID,
        clientOrderId: 'c1',
        symbol: 'BTC-USD',
        side: 'buy',
        qty: '0.1',
        filledQty: '0.1',
        state: 'filled',
        createdAtMs: 1_700_000_000_123,
      },
    });
    expect(server.asked().map(({ path, params }) => [path, params])).toEqual([
      ['/0/private/OpenOrders', { cl_ord_id: 'c1' }],
      ['/0/private/ClosedOrders', { cl_ord_id: 'c1', ofs: '0' }],
    ]);
    server.answer('POST /0/private/ClosedOrders', () => ({ body: krakenReply({ closed: {}, count: 0 }) }));
    expect(await venue.find({ clientOrderId: 'c1', symbol: 'BTC-USD' })).toEqual({ outcome: 'not_found' });
  });

  test('two orders with one client id are not taken for one', async () => {
    server.answer('POST /0/private/OpenOrders', () => ({ body: krakenReply({ open: { [TXID]: krakenOrder() } }) }));
    server.answer('POST /0/private/ClosedOrders', () => ({
      body: krakenReply({ closed: { 'OTHER1-BW3P3-BUCMWZ': krakenOrder({ status: 'canceled' }) }, count: 1 }),
    }));
    expect(await venue.find({ clientOrderId: 'c1', symbol: 'BTC-USD' })).toMatchObject({ outcome: 'unknown' });
  });

  test('fills come from all pages, those of the symbol, at or after the time', async () => {
    const all = Object.entries({
      ...Object.fromEntries([1, 2, 3, 4].map((n) => [`T${String(n)}`, krakenTrade({ time: 1_700_000_000 + n })])),
      ETH: krakenTrade({ pair: 'XETHZUSD' }),
    });
    server.answer('POST /0/private/TradesHistory', ({ params }) => {
      const page = all.slice(Number(params['ofs']), Number(params['ofs']) + 2);
      return { body: krakenReply({ trades: Object.fromEntries(page), count: all.length }) };
    });
    const fills = await venue.fillsSince({ symbol: 'BTC-USD', sinceMs: 1_700_000_002_000 });
    expect(fills.map(({ tradeId }) => tradeId)).toEqual(['T2', 'T3', 'T4']);
    expect(fills[0]).toEqual({
      tradeId: 'T2',
      venueOrderId: TXID,
      clientOrderId: undefined,
      symbol: 'BTC-USD',
      side: 'buy',
      qty: '0.04',
      price: '50000',
      fee: { amount: '5', currency: 'USD' },
      maker: true,
      atMs: 1_700_000_002_000,
    });
    expect(server.asked().map(({ params }) => params)).toEqual(
      ['0', '2', '4'].map((ofs) => ({ start: '1700000001', ofs })),
    );
  });

  test('orders since a time are the open and the closed ones', async () => {
    server.answer('POST /0/private/OpenOrders', () => ({
      body: krakenReply({ open: { A: krakenOrder({ opentm: 1_700_000_003 }) } }),
    }));
    server.answer('POST /0/private/ClosedOrders', () => ({
      body: krakenReply({
        closed: {
          B: krakenOrder({ status: 'expired', opentm: 1_700_000_002 }),
          C: krakenOrder({ opentm: 1_700_000_001 }),
        },
        count: 2,
      }),
    }));
    const orders = await venue.ordersSince({ symbol: 'BTC-USD', sinceMs: 1_700_000_001_500 });
    expect(orders.map(({ venueOrderId, state }) => [venueOrderId, state])).toEqual([
      ['B', 'expired'],
      ['A', 'open'],
    ]);
  });

  test('balances, rights, and the timer in whole seconds, never 0 by rounding', async () => {
    server.answer('POST /0/private/BalanceEx', () => ({
      body: krakenReply({
        XXBT: { balance: '1.5000000000', hold_trade: '0.2500000000' },
        ZUSD: { balance: '10.0000' },
      }),
    }));
    server.answer('POST /0/private/GetApiKeyInfo', () => ({
      body: krakenReply({ permissions: ['query-funds', 'modify-trades', 'withdraw-funds'] }),
    }));
    server.answer('POST /0/private/CancelAllOrdersAfter', () => ({
      body: krakenReply({ currentTime: '2023-11-14T22:13:20Z', triggerTime: '2023-11-14T22:13:21Z' }),
    }));
    expect(await venue.balances()).toEqual(
      new Map([
        ['BTC', { free: '1.25', used: '0.25' }],
        ['USD', { free: '10', used: '0' }],
      ]),
    );
    expect(await venue.keyRights()).toEqual({ mayTrade: true, mayWithdraw: true });
    await venue.cancelAllAfter(500);
    await venue.cancelAllAfter(0);
    expect(
      server
        .asked()
        .slice(-2)
        .map(({ params }) => params),
    ).toEqual([{ timeout: '1' }, { timeout: '0' }]);
  });

  test('several tickers are one question; one that is not told is left out', async () => {
    const both = ['60000.0', '60000.1'];
    const level = ['60000.2', '1', '1.0'];
    const info = {
      a: level,
      b: level,
      c: ['60000.1', '0.1'],
      v: ['12', '345.5'],
      p: both,
      t: [1, 2],
      l: both,
      h: both,
      o: '1',
    };
    server.answer('GET /0/public/Ticker', () => ({ body: krakenReply({ XXBTZUSD: info }) }));
    const told = await venue.tickers(['BTC-USD', 'ETH-USD']);
    expect([...told]).toEqual([['BTC-USD', { lastPrice: '60000.1', dayVolume: '345.5' }]]);
    expect(server.asked().map(({ path, params }) => [path, params])).toEqual([
      ['/0/public/Ticker', { pair: 'XXBTZUSD,XETHZUSD' }],
    ]);
  });

  test('markets have the tick that the venue lists, not its number of places', async () => {
    expect((await venue.markets()).get('BTC-USD')).toMatchObject({
      ...{ symbol: 'BTC-USD', base: 'BTC', quote: 'USD', active: true },
      ...{ tickSize: '0.1', lotSize: '0.00000001', minQty: '0.00005', maxQty: undefined, minNotional: '0.5' },
    });
  });
});
