import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinanceFeedReader } from './binance/binance-feed.js';
import { KrakenFeedReader } from './kraken/kraken-feed.js';
import { listedMarkets } from './testing/listed.js';
import { spoiled } from './testing/spoiled.js';
import { binanceReport, krakenExecution } from './testing/venue-replies.js';
import type { VenueEvent } from './venue.js';

const trade = {
  x: 'TRADE',
  X: 'PARTIALLY_FILLED',
  t: 900,
  l: '0.04000000',
  z: '0.04000000',
  L: '49999.50000000',
  n: '2.00',
  N: 'USDT',
  m: true,
};
const anOrder = {
  ...{ venueOrderId: '28', clientOrderId: 'oct1', symbol: 'BTC-USDT', side: 'buy', qty: '0.1' },
  ...{ filledQty: '0', state: 'open', createdAtMs: 1_700_000_000_000 },
};

describe("Binance's stream", () => {
  const reader = () => new BinanceFeedReader(() => listedMarkets);
  const wrapped = (event: unknown) => ({ subscriptionId: 0, event });

  test('tells of an order, and of a fill beside it', () => {
    expect(reader().read(wrapped(binanceReport())).events).toEqual([{ type: 'order', order: anOrder }]);
    expect(reader().read(wrapped(binanceReport(trade))).events).toEqual([
      {
        type: 'fill',
        fill: {
          ...{ tradeId: '900', venueOrderId: '28', clientOrderId: 'oct1', symbol: 'BTC-USDT', side: 'buy' },
          ...{
            qty: '0.04',
            price: '49999.5',
            fee: { amount: '2', currency: 'USDT' },
            maker: true,
            atMs: 1_700_000_001_000,
          },
        },
      },
      { type: 'order', order: { ...anOrder, filledQty: '0.04', state: 'partially_filled' } },
    ]);
  });

  test('a cancellation has the client id of the order, not its own', () => {
    const report = binanceReport({ x: 'CANCELED', X: 'CANCELED', c: 'cancel-9', C: 'oct1' });
    expect(reader().read(report).events).toEqual([{ type: 'order', order: { ...anOrder, state: 'canceled' } }]);
  });

  test('the legs of an OCO are one order, whose end is known from both', () => {
    const read = reader();
    const leg = (i: number, c: string, fields: Record<string, unknown> = {}) =>
      read.read(binanceReport({ i, c, g: 7, ...fields })).events;
    const list = { ...anOrder, venueOrderId: 'list:7' };
    expect(leg(30, 'oct1-s')).toEqual([{ type: 'order', order: list }]);
    expect(leg(31, 'oct1-p')).toEqual([{ type: 'order', order: list }]);
    expect(leg(30, 'oct1-s', { x: 'EXPIRED', X: 'EXPIRED' })).toEqual([{ type: 'order', order: list }]);
    const filled = leg(31, 'oct1-p', { ...trade, X: 'FILLED', l: '0.1', z: '0.1' });
    expect(filled.map((event) => (event.type === 'fill' ? event.fill.venueOrderId : event))).toEqual([
      'list:7',
      { type: 'order', order: { ...list, filledQty: '0.1', state: 'filled' } },
    ]);
    expect(leg(31, 'oct1-p', { X: 'CANCELED', x: 'CANCELED', C: 'oct1-p', g: 8 })).toEqual([
      { type: 'gap', reason: 'one leg of list:8 ended' },
    ]);
  });

  test('says when it begins, when it is refused and when it ends', () => {
    expect(reader().read({ id: '1', status: 200, result: { subscriptionId: 0 } })).toEqual({
      events: [],
      subscribed: true,
    });
    expect(reader().read({ id: '1', status: 401, error: { code: -2015, msg: 'Invalid API-key' } }).lost).toContain(
      'Invalid API-key',
    );
    expect(reader().read({ event: { e: 'eventStreamTerminated', E: 1 } }).lost).toContain('eventStreamTerminated');
    expect(reader().read({ event: { e: 'outboundAccountPosition', B: [] } })).toEqual({ events: [] });
  });

  test('what cannot be read is a gap, and never a wrong fill', () => {
    fc.assert(
      fc.property(spoiled({ subscriptionId: 0, event: binanceReport(trade) }), (message) => {
        expectHonest(reader().read(message).events, { qty: '0.04', price: '49999.5' });
      }),
      { numRuns: 500 },
    );
  });

  test('nothing that comes makes it throw', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => void reader().read(message)),
      { numRuns: 500 },
    );
  });
});

describe("Kraken's executions", () => {
  const reader = () => new KrakenFeedReader(() => listedMarkets);
  const update = (...data: unknown[]) => ({ channel: 'executions', type: 'update', data });
  const execution = {
    exec_type: 'trade',
    order_status: 'partially_filled',
    exec_id: 'T1',
    last_qty: 0.04,
    last_price: 49_999.5,
  };
  const fill = krakenExecution({ ...execution, cum_qty: 0.04, liquidity_ind: 'm', fees: [{ asset: 'USD', qty: 5 }] });
  const order = {
    ...anOrder,
    venueOrderId: 'OQCLML-BW3P3-BUCMWZ',
    clientOrderId: 'c1',
    symbol: 'BTC-USD',
    createdAtMs: undefined,
  };

  test('tell of an order, and of a fill beside it, in one message', () => {
    expect(reader().read(update(krakenExecution({ order_status: 'pending_new' }), fill)).events).toEqual([
      { type: 'order', order },
      {
        type: 'fill',
        fill: {
          ...{
            tradeId: 'T1',
            venueOrderId: 'OQCLML-BW3P3-BUCMWZ',
            clientOrderId: 'c1',
            symbol: 'BTC-USD',
            side: 'buy',
          },
          ...{
            qty: '0.04',
            price: '49999.5',
            fee: { amount: '5', currency: 'USD' },
            maker: true,
            atMs: 1_700_000_001_500,
          },
        },
      },
      { type: 'order', order: { ...order, filledQty: '0.04', state: 'partially_filled' } },
    ]);
  });

  test('an end that leaves out what the order is, is that of the order told of before', () => {
    const read = reader();
    const end = { order_id: 'OQCLML-BW3P3-BUCMWZ', exec_type: 'canceled', order_status: 'canceled', cum_qty: 0 };
    expect(read.read(update(end)).events).toMatchObject([{ type: 'gap' }]);
    read.read(update(krakenExecution()));
    expect(read.read(update(end)).events).toEqual([{ type: 'order', order: { ...order, state: 'canceled' } }]);
  });

  test('a number that lost digits as a double is asked for instead', () => {
    const digits = 100_000_000.123_456_78;
    expect(reader().read(update(krakenExecution({ ...execution, last_qty: digits }))).events).toMatchObject([
      { type: 'gap' },
    ]);
  });

  test('a message that is missing is a gap', () => {
    const read = reader();
    expect(read.read({ ...update(), sequence: 4 }).events).toEqual([]);
    expect(read.read({ ...update(), sequence: 5 }).events).toEqual([]);
    expect(read.read({ ...update(), sequence: 7 }).events).toEqual([
      { type: 'gap', reason: 'messages after 5: expected the next, was 7' },
    ]);
  });

  test('say when they begin and when they are refused', () => {
    const answer = { method: 'subscribe', success: true, result: { channel: 'executions' } };
    expect(reader().read(answer)).toEqual({ events: [], subscribed: true });
    expect(reader().read({ method: 'subscribe', success: false, error: 'ESession:Invalid session' }).lost).toContain(
      'ESession',
    );
    expect(reader().read({ channel: 'heartbeat' })).toEqual({ events: [] });
  });

  test('what cannot be read is a gap, and never a wrong fill', () => {
    fc.assert(
      fc.property(spoiled(update(fill)), (message) => {
        expectHonest(reader().read(message).events, { qty: '0.04', price: '49999.5' });
      }),
      { numRuns: 500 },
    );
  });

  test('nothing that comes makes it throw', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => void reader().read(message)),
      { numRuns: 500 },
    );
  });
});

/** Junk may be a number by chance: then it is the one that stood there, to the digit, and above 0. */
function expectHonest(events: readonly VenueEvent[], was: { qty: string; price: string }): void {
  for (const event of events) {
    if (event.type === 'gap') expect(event.reason).not.toBe('');
    if (event.type === 'fill') {
      for (const [field, text] of Object.entries(was)) {
        const value = event.fill[field as 'qty' | 'price'];
        expect(value === text || /^(?!0$)\d{1,18}(\.\d+)?$/.test(value)).toBe(true);
      }
      expect(event.fill.tradeId).toMatch(/^[\x21-\x7e]{1,64}$/);
      expect(event.fill.fee.amount).not.toMatch(/^-/);
      expect(listedMarkets.bySymbol.has(event.fill.symbol)).toBe(true);
    }
    if (event.type === 'order') expect(Number(event.order.filledQty)).toBeLessThanOrEqual(Number(event.order.qty));
  }
}
