import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../money/decimal.js';
import { anInstrument, someInstruments } from '../testing/an-instrument.js';
import { anOrder } from '../testing/an-order.js';
import { decideFills, decideSubmit, fillAtOpen, type FillInput, type PaperOrder } from './paper-exchange.js';

const OPEN_MS = 1_704_070_800_000;
const instruments = someInstruments(anInstrument(), anInstrument({ symbol: 'ETH-USDT' }));

function aFillInput(fields: Partial<FillInput> = {}): FillInput {
  return {
    orders: [anOrder()],
    candles: {
      'BTC-USDT': { open: '100', openTimeMs: OPEN_MS },
      'ETH-USDT': { open: '50', openTimeMs: OPEN_MS },
    },
    timeframe: '1h',
    cash: '1000',
    positions: {},
    instruments,
    fees: { feesBps: 10, slippageBps: 5 },
    ...fields,
  };
}

describe('decideSubmit', () => {
  const context = { instrument: anInstrument(), positionQty: '2', halted: false };

  it('takes whole lots from the minimum notional on', () => {
    expect(decideSubmit(anOrder({ qty: '0.05' }), context)).toEqual({ state: 'acknowledged' });
  });

  it('denies with the rule and the numbers', () => {
    expect([
      decideSubmit(anOrder({ qty: '0' }), context),
      decideSubmit(anOrder({ qty: '0.050001' }), context),
      decideSubmit(anOrder({ qty: '0.04999' }), context),
    ]).toEqual([
      { state: 'denied', reason: 'bad_quantity: expected qty above 0, was 0' },
      { state: 'denied', reason: 'lot_size: expected qty in multiples of 0.00001, was 0.050001' },
      { state: 'denied', reason: 'min_notional: expected a notional of at least 5, was 4.999' },
    ]);
  });

  it('takes only sells up to the position while halted', () => {
    const halted = { ...context, halted: true };
    expect(decideSubmit(anOrder({ side: 'sell', qty: '2' }), halted)).toEqual({ state: 'acknowledged' });
    expect(decideSubmit(anOrder({ side: 'sell', qty: '2.1' }), halted).state).toBe('denied');
    expect(decideSubmit(anOrder(), halted)).toEqual({
      state: 'denied',
      reason: 'halted: expected a sell up to the position of 2, was a buy of 1',
    });
  });
});

describe('fillAtOpen', () => {
  const fill = (side: 'buy' | 'sell', open: string, slippageBps = 5): string[] => {
    const { price, notional, feeQuote } = fillAtOpen({
      order: { side, qty: '0.3' },
      open,
      instrument: anInstrument(),
      fees: { feesBps: 10, slippageBps },
    });
    return [price, notional, feeQuote].map(formatDecimal);
  };

  it('rounds a buy up and a sell down to the tick, after slippage', () => {
    expect(fill('buy', '30000.01')).toEqual(['30015.02', '9004.506', '9.004506']);
    expect(fill('sell', '30000.01')).toEqual(['29985', '8995.5', '8.9955']);
  });

  it('fills at the open itself without slippage', () => {
    expect(fill('buy', '100', 0)).toEqual(['100', '30', '0.03']);
    expect(fill('sell', '100', 0)).toEqual(['100', '30', '0.03']);
  });

  it('never sells for nothing', () => {
    expect(fill('sell', '0.01')).toEqual(['0.01', '0.003', '0.000003']);
  });

  it('never pays less than the open, and never gets more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000_000 }), fc.integer({ min: 0, max: 1000 }), (ticks, bps) => {
        const open = String(ticks / 100);
        expect(parseDecimal(fill('buy', open, bps)[0] ?? '').gte(open)).toBe(true);
        expect(parseDecimal(fill('sell', open, bps)[0] ?? '').lte(open)).toBe(true);
      }),
    );
  });
});

describe('decideFills', () => {
  it('fills a buy at the open, with the account after it', () => {
    expect(decideFills(aFillInput())).toEqual([
      {
        type: 'fill',
        orderId: 's1.BTC-USDT.1704070800000.0',
        symbol: 'BTC-USDT',
        side: 'buy',
        qty: '1',
        atMs: OPEN_MS,
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
    const outcomes = decideFills(
      aFillInput({
        orders: [anOrder({ side: 'sell', qty: '1' })],
        positions: { 'BTC-USDT': { qty: '3', costQuote: '270' } },
      }),
    );
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
    expect(decideFills(aFillInput({ orders }))).toEqual([]);
    expect(decideFills(aFillInput({ orders: [anOrder({ timeframe: undefined })] }))).toHaveLength(1);
  });

  it('rejects a buy above the cash that the buys before it left, and goes on', () => {
    const orders = [
      anOrder({ orderId: 'b', qty: '9' }),
      anOrder({ orderId: 'c', qty: '2' }),
      anOrder({ orderId: 'd', qty: '0.5' }),
    ];
    expect(decideFills(aFillInput({ orders })).map(({ orderId, type }) => [orderId, type])).toEqual([
      ['b', 'fill'],
      ['c', 'rejected'],
      ['d', 'fill'],
    ]);
  });

  it('spends the last digit of cash and not one more', () => {
    expect(decideFills(aFillInput({ cash: '100.15005' })).map(({ type }) => type)).toEqual(['fill']);
    expect(decideFills(aFillInput({ cash: '100.15004999' }))).toEqual([
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
      decideFills(aFillInput({ orders, positions })).map((outcome) => [
        outcome.orderId,
        'reason' in outcome ? outcome.reason : 'fill',
      ]),
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
    expect(decideFills(aFillInput({ orders })).map(({ orderId }) => orderId)).toEqual(['b9', 'b1', 'b2', 'e2']);
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
        expect(decideFills(aFillInput({ orders: second, positions }))).toEqual(
          decideFills(aFillInput({ orders: first, positions })),
        );
      }),
    );
  });
});
