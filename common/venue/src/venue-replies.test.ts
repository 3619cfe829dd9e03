import { TransientError } from '@octant/platform/errors/errors';
import { Decimal } from '@octant/trading/money/decimal';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldLists, readBinanceFill, readBinanceOrder } from './binance/binance-shapes.js';
import { readKrakenFill, readKrakenOrder } from './kraken/kraken-shapes.js';
import { consistentOrder } from './order-state.js';
import { decimalTextOf } from './reply-fields.js';
import { listedMarkets } from './testing/listed.js';
import { RecordingVenue } from './testing/recording-venue.js';
import { spoiled } from './testing/spoiled.js';
import {
  binanceOrder,
  binancePlaced,
  binanceTrade,
  krakenOrder,
  krakenReply,
  krakenTrade,
} from './testing/venue-replies.js';
import type { Venue, VenueFill, VenueOrder, VenueOrderState } from './venue.js';

const STATES: readonly VenueOrderState[] = [
  'open',
  'partially_filled',
  'filled',
  'canceled',
  'rejected',
  'expired',
  'unknown',
];
const kraken = { market: listedMarkets.get('BTC-USD'), markets: listedMarkets };

/** The reader's result, or that it could not be read; whatever else it throws is a bug. */
function readOrUndefined<Read>(read: () => Read): Read | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'venue_unreadable' });
    return undefined;
  }
}

function expectSoundOrder(order: VenueOrder | undefined): void {
  if (order === undefined) return;
  expect(STATES).toContain(order.state);
  expect(Decimal.of(order.qty).gt(0)).toBe(true);
  expect(Decimal.of(order.filledQty).gte(0)).toBe(true);
  expect(Decimal.of(order.filledQty).lte(order.qty)).toBe(true);
  if (order.state === 'filled') expect(order.filledQty).toBe(order.qty);
  expect(listedMarkets.bySymbol.has(order.symbol)).toBe(true);
}

function expectSoundFill(fill: VenueFill | undefined): void {
  if (fill === undefined) return;
  for (const text of [fill.qty, fill.price]) expect(Decimal.of(text).gt(0)).toBe(true);
  expect(Decimal.of(fill.fee.amount).gte(0)).toBe(true);
  expect(fill.atMs).toBeGreaterThan(1_000_000_000_000);
  expect(fill.tradeId).not.toBe('');
  expect(fill.venueOrderId).not.toBe('');
}

describe('a reply that is not as documented', () => {
  test('gives a sound order or none', () => {
    const cases = [
      [
        binanceOrder({ executedQty: '0.04', status: 'PARTIALLY_FILLED' }),
        (value: unknown) => readBinanceOrder(value, listedMarkets),
      ],
      [krakenOrder({ vol_exec: '0.04' }), (value: unknown) => readKrakenOrder('O1', value, listedMarkets)],
    ] as const;
    for (const [reply, read] of cases) {
      fc.assert(
        fc.property(spoiled(reply), (value) => {
          expectSoundOrder(readOrUndefined(() => read(value)));
        }),
        { numRuns: 500 },
      );
    }
  });

  test('gives a sound fill or none', () => {
    const cases = [
      [binanceTrade(), (value: unknown) => readBinanceFill(value, listedMarkets)],
      [krakenTrade(), (value: unknown) => readKrakenFill('T1', value, kraken)],
    ] as const;
    for (const [reply, read] of cases) {
      fc.assert(
        fc.property(spoiled(reply), (value) => {
          expectSoundFill(readOrUndefined(() => read(value)));
        }),
        { numRuns: 500 },
      );
    }
  });

  test('has an unknown state where the venue says what nobody knows, or what its numbers do not bear out', () => {
    const state = (fields: Record<string, unknown>) => readBinanceOrder(binanceOrder(fields), listedMarkets).state;
    expect(state({ status: 'PENDING_SOMETHING' })).toBe('unknown');
    expect(['toString', 'constructor', '__proto__'].map((status) => state({ status }))).toEqual(
      Array(3).fill('unknown'),
    );
    expect(state({ status: 'FILLED', executedQty: '0.09' })).toBe('unknown');
    expect(state({ status: 'PARTIALLY_FILLED' })).toBe('unknown');
    expect(state({ status: 'NEW', executedQty: '0.05' })).toBe('partially_filled');
    expect(state({ status: 'EXPIRED_IN_MATCH', executedQty: '0.05' })).toBe('expired');
    expect(readKrakenOrder('O', krakenOrder({ status: 'dreaming' }), listedMarkets).state).toBe('unknown');
    expect(readKrakenOrder('O', krakenOrder({ status: 'closed', vol_exec: '0.05' }), listedMarkets).state).toBe(
      'canceled',
    );
    expect(() => consistentOrder({ ...readBinanceOrder(binanceOrder(), listedMarkets), filledQty: '0.2' })).toThrow(
      'expected at most 0.1 filled, was 0.2',
    );
  });

  test('has no time where less than a millisecond is told', () => {
    expect(() => readBinanceFill(binanceTrade({ time: 0.3 }), listedMarkets)).toThrow(
      expect.objectContaining({ code: 'venue_unreadable' }),
    );
  });

  test('the legs of a list are one order, with the fills of both', () => {
    const leg = (fields: Record<string, unknown>) =>
      readBinanceOrder(binanceOrder({ orderListId: 7, ...fields }), listedMarkets);
    const stop = leg({ orderId: 30, clientOrderId: 'oct1-s', status: 'EXPIRED' });
    const profit = leg({ orderId: 31, clientOrderId: 'oct1-p', status: 'CANCELED', executedQty: '0.04' });
    expect(foldLists([stop, profit, readBinanceOrder(binanceOrder(), listedMarkets)])).toMatchObject([
      { venueOrderId: 'list:7', clientOrderId: 'oct1', state: 'canceled', filledQty: '0.04', qty: '0.1' },
      { venueOrderId: '28', clientOrderId: 'oct1', state: 'open' },
    ]);
  });

  test('numbers are text, numbers, and nothing else', () => {
    const cases: readonly [unknown, string | undefined][] = [
      ['0.10000000', '0.1'],
      [1e-8, '0.00000001'],
      ['1E-5', '0.00001'],
      ['+1', '1'],
      [0.1 + 0.2, undefined],
      [1e18, undefined],
      ['', undefined],
      [' 1', undefined],
      ['0x10', undefined],
      ['1e99', undefined],
      [Number.NaN, undefined],
      [null, undefined],
      [true, undefined],
    ];
    expect(cases.map(([value]) => decimalTextOf(value))).toEqual(cases.map(([, text]) => text));
  });
});

describe('a venue that answers with junk', () => {
  let server: RecordingVenue;
  const venues: Venue[] = [];
  const order = { clientOrderId: 'oct1', side: 'buy', qty: '0.1', kind: { type: 'market' } } as const;

  beforeAll(async () => {
    server = await RecordingVenue.listen();
    venues.push(await server.open('binance'), await server.open('kraken'));
  });

  afterAll(async () => {
    for (const venue of venues) await venue.close();
    server.close();
  });

  test('takes no order for placed, cancelled or not there that may be', async () => {
    const reply = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      spoiled(binancePlaced({ origQty: '0.1' })).map((value) => JSON.stringify(value)),
      spoiled(krakenReply({ txid: ['O1'], open: { O1: krakenOrder() }, closed: {}, count: 0 })).map((value) =>
        JSON.stringify(value),
      ),
    );
    await fc.assert(
      fc.asyncProperty(reply, async (body) => {
        for (const endpoint of [
          'POST /api/v3/order',
          'GET /api/v3/order',
          'GET /api/v3/orderList',
          'DELETE /api/v3/order',
        ]) {
          server.answer(endpoint, () => ({ body }));
        }
        for (const name of ['AddOrder', 'OpenOrders', 'ClosedOrders', 'CancelOrder']) {
          server.answer(`POST /0/private/${name}`, () => ({ body }));
        }
        for (const [index, symbol] of ['BTC-USDT', 'BTC-USD'].entries()) {
          const venue = venues[index];
          const placed = await venue?.place({ ...order, symbol });
          if (placed?.outcome === 'accepted') expectSoundOrder(placed.order);
          const found = await venue?.find({ clientOrderId: 'oct1', symbol });
          if (found?.outcome === 'found') expectSoundOrder(found.order);
          expect(['canceled', 'not_open', 'not_done', 'unknown']).toContain(
            (await venue?.cancel({ venueOrderId: '28', symbol }))?.outcome,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a connection that breaks leaves the order unknown, and is never "not found"', async () => {
    for (const endpoint of ['POST /api/v3/order', 'GET /api/v3/order', 'DELETE /api/v3/order'])
      server.answer(endpoint, () => undefined);
    const [venue] = venues;
    expect(await venue?.place({ ...order, symbol: 'BTC-USDT' })).toMatchObject({ outcome: 'unknown' });
    expect(await venue?.find({ clientOrderId: 'oct1', symbol: 'BTC-USDT' })).toMatchObject({ outcome: 'unknown' });
    expect(await venue?.cancel({ venueOrderId: '28', symbol: 'BTC-USDT' })).toMatchObject({ outcome: 'unknown' });
    server.answer('GET /api/v3/openOrders', () => undefined);
    await expect(venue?.openOrders()).rejects.toMatchObject({ code: 'venue_unreachable' });
    server.answer('GET /api/v3/openOrders', () => ({ status: 400, body: { code: -1121, msg: 'Invalid symbol.' } }));
    await expect(venue?.openOrders()).rejects.toMatchObject({ code: 'venue_refused' });
    server.answer('GET /api/v3/openOrders', () => ({ status: 429, headers: { 'retry-after': '9' }, body: '' }));
    await expect(venue?.openOrders()).rejects.toMatchObject({ code: 'venue_unreachable', retryAfterMs: 9_000 });
    server.answer('GET /api/v3/openOrders', () => ({ body: [binanceOrder(), null] }));
    await expect(venue?.openOrders()).rejects.toMatchObject({ code: 'venue_unreadable' });
  });
});
