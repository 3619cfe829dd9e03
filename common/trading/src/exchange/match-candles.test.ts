import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../money/decimal.js';
import { aCandleAt, anExchange, matchAll, OPEN_MS } from '../testing/an-exchange.js';
import { anOrder } from '../testing/an-order.js';
import { matchCandles } from './match-candles.js';
import type { PaperBook } from './paper-book.js';
import type { PaperOrder } from './paper-exchange.js';

const STEP = {
  candles: { 'BTC-USDT': aCandleAt(0, { open: '100' }), 'ETH-USDT': aCandleAt(0, { open: '50' }) },
  timeframe: '1h',
  closed: true,
} as const;

function fills(book: Partial<PaperBook> = {}) {
  const whole = { cash: '1000', positions: {}, orders: [anOrder()], exits: [], ...book };
  return matchCandles(whole, STEP, anExchange()).outcomes;
}

describe('matchCandles, market orders at the open', () => {
  it('fills a buy at the open, with the account after it', () => {
    expect(fills()).toEqual([
      {
        type: 'fill',
        orderId: 's1.BTC-USDT.1704070800000.0',
        symbol: 'BTC-USDT',
        side: 'buy',
        qty: '1',
        atMs: OPEN_MS,
        orderQty: '1',
        filledQty: '1',
        fillNumber: 1,
        complete: true,
        price: '100.05',
        notional: '100.05',
        feeQuote: '0.10005',
        profit: '0',
        cash: '899.84995',
        position: { qty: '1', costQuote: '100.05' },
      },
    ]);
  });

  it('gives a sell its profit against the average cost, before the fee', () => {
    const outcomes = fills({
      orders: [anOrder({ side: 'sell', qty: '1' })],
      positions: { 'BTC-USDT': { qty: '3', costQuote: '270' } },
    });
    expect(
      outcomes.map((outcome) => (outcome.type === 'fill' ? [outcome.profit, outcome.cash, outcome.position] : [])),
    ).toEqual([['9.95', '1099.85005', { qty: '2', costQuote: '180' }]]);
  });

  it('leaves open what is not due, of another timeframe, or without a candle', () => {
    const orders = [
      anOrder({ notBeforeMs: OPEN_MS + 1 }),
      anOrder({ timeframe: '1m' }),
      anOrder({ symbol: 'SOL-USDT' }),
    ];
    expect(fills({ orders })).toEqual([]);
    expect(fills({ orders: [anOrder({ timeframe: undefined })] })).toHaveLength(1);
  });

  it('rejects a buy above the cash that the buys before it left, and goes on', () => {
    const orders = [
      anOrder({ orderId: 'b', qty: '9' }),
      anOrder({ orderId: 'c', qty: '2' }),
      anOrder({ orderId: 'd', qty: '0.5' }),
    ];
    expect(fills({ orders }).map(({ orderId, type }) => [orderId, type])).toEqual([
      ['b', 'fill'],
      ['c', 'rejected'],
      ['d', 'fill'],
    ]);
  });

  it('spends the last digit of cash and not one more', () => {
    expect(fills({ cash: '100.15005' }).map(({ type }) => type)).toEqual(['fill']);
    expect(fills({ cash: '100.15004999' })).toEqual([
      {
        type: 'rejected',
        orderId: 's1.BTC-USDT.1704070800000.0',
        symbol: 'BTC-USDT',
        side: 'buy',
        qty: '1',
        atMs: OPEN_MS,
        reason: 'insufficient_funds',
      },
    ]);
  });

  it('rejects a sell above the position that the sells before it left', () => {
    const positions = { 'BTC-USDT': { qty: '1', costQuote: '100' } };
    const orders = [anOrder({ orderId: 'b', side: 'sell' }), anOrder({ orderId: 'c', side: 'sell' })];
    expect(
      fills({ orders, positions }).map((outcome) => [outcome.orderId, 'reason' in outcome ? outcome.reason : 'fill']),
    ).toEqual([
      ['b', 'fill'],
      ['c', 'insufficient_position'],
    ]);
  });

  it('serves symbols in the order of the candles, then the oldest order first', () => {
    const orders = [
      anOrder({ orderId: 'e2', symbol: 'ETH-USDT' }),
      anOrder({ orderId: 'b2' }),
      anOrder({ orderId: 'b1' }),
      anOrder({ orderId: 'b9', notBeforeMs: OPEN_MS - 1 }),
    ];
    expect(fills({ orders }).map(({ orderId }) => orderId)).toEqual(['b9', 'b1', 'b2', 'e2']);
  });

  it('decides the same whatever the order of the open orders', () => {
    const order: fc.Arbitrary<PaperOrder> = fc.record({
      orderId: fc.string({ minLength: 1, maxLength: 6 }),
      symbol: fc.constantFrom('BTC-USDT', 'ETH-USDT'),
      side: fc.constantFrom('buy', 'sell'),
      qty: fc.integer({ min: 1, max: 800_000 }).map((lots) => formatDecimal(parseDecimal('0.00001').times(lots))),
      referencePrice: fc.constant('100'),
      notBeforeMs: fc.integer({ min: OPEN_MS - 3, max: OPEN_MS + 1 }),
      timeframe: fc.constantFrom('1h', '1m', undefined),
    });
    const orders = fc
      .uniqueArray(order, { selector: ({ orderId }) => orderId, maxLength: 12 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(orders, ([first, second]) => {
        const positions = { 'BTC-USDT': { qty: '2', costQuote: '150' } };
        expect(fills({ orders: second, positions })).toEqual(fills({ orders: first, positions }));
      }),
    );
  });
});

describe('matchCandles, latency and volume', () => {
  const order = anOrder({ qty: '2' });
  const book: PaperBook = { cash: '1000', positions: {}, orders: [order], exits: [] };
  const fillsOf = (rules: Parameters<typeof anExchange>[0], candles: Parameters<typeof matchAll>[1]) =>
    matchAll(book, candles, anExchange(rules)).map(({ outcomes }) =>
      outcomes.map((outcome) =>
        outcome.type === 'fill' ? [outcome.qty, outcome.fillNumber, outcome.filledQty, outcome.complete] : outcome.type,
      ),
    );

  it('fills no earlier than the latency allows', () => {
    const candles = [0, 1, 2, 3].map((index) => aCandleAt(index));
    expect(fillsOf({ latencyCandles: 2 }, candles)).toEqual([[], [], [['2', 1, '2', true]], []]);
  });

  it('fills a share of what the candle before traded, in lots, until all is filled', () => {
    const volumes = ['5', '8.00001', '0', '100', '1'];
    const candles = volumes.map((volume, index) => aCandleAt(index, { volume }));
    expect(fillsOf({ maxVolumeShare: 0.1 }, candles)).toEqual([
      [],
      [['0.5', 1, '0.5', false]],
      [['0.8', 2, '1.3', false]],
      [],
      [['0.7', 3, '2', true]],
    ]);
  });

  it('fills no part that is below the minimum notional', () => {
    const candles = ['0.4', '0.6', '3', '3'].map((volume, index) => aCandleAt(index, { volume }));
    expect(fillsOf({ maxVolumeShare: 0.1 }, candles)).toEqual([
      [],
      [],
      [['0.06', 1, '0.06', false]],
      [['0.3', 2, '0.36', false]],
    ]);
  });

  it('fills at a forming open once, and not again when that candle has closed', () => {
    const venue = anExchange({ maxVolumeShare: 0.5 });
    const before = { ...aCandleAt(-1, { volume: '2' }), close: '100' };
    const step = { candles: { 'BTC-USDT': aCandleAt(0, { before }) }, timeframe: '1h' } as const;
    const forming = matchCandles(book, { ...step, closed: false }, venue);
    expect(forming.outcomes.map(({ qty }) => qty)).toEqual(['1']);
    expect(matchCandles(forming.book, { ...step, closed: true }, venue).outcomes).toEqual([]);
  });

  it('holds a fill within the candle once it has closed, and cannot while it is forming', () => {
    const candle = aCandleAt(0, { high: '100.02', low: '99.99' });
    const price = (closed: boolean) => {
      const step = { candles: { 'BTC-USDT': candle }, timeframe: '1h', closed } as const;
      const [fill] = matchCandles(book, step, anExchange()).outcomes;
      return fill?.type === 'fill' ? fill.price : undefined;
    };
    expect([price(true), price(false)]).toEqual(['100.02', '100.05']);
  });

  it('ends an order that cannot be paid for any more', () => {
    const poor: PaperBook = { ...book, cash: '150' };
    const candles = ['10', '10', '10'].map((volume, index) => aCandleAt(index, { volume }));
    const outcomes = matchAll(poor, candles, anExchange({ maxVolumeShare: 0.1 })).flatMap((match) => match.outcomes);
    expect(outcomes.map(({ type, qty }) => [type, qty])).toEqual([
      ['fill', '1'],
      ['canceled', '2'],
    ]);
    expect(outcomes[1]).toMatchObject({ reason: 'insufficient_funds', filledQty: '1' });
  });
});
