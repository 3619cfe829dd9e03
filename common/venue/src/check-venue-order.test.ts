import { Decimal } from '@octant/trading/money/decimal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkVenueOrder, roundToVenueSteps } from './check-venue-order.js';
import type { VenueMarket, VenueOrderKind } from './venue.js';

const market: VenueMarket = {
  symbol: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  tickSize: '0.05',
  lotSize: '0.001',
  minQty: '0.002',
  maxQty: '100',
  minNotional: '10',
  active: true,
};
const limit = { type: 'limit', price: '50000.05', timeInForce: 'gtc', postOnly: false } as const;

function check(qty: string, kind: VenueOrderKind = limit, rules: Partial<VenueMarket> = {}) {
  return checkVenueOrder({ ...market, ...rules }, { side: 'buy', qty, kind }, '50000');
}

describe('the check of a venue order', () => {
  test('passes what is on the steps and within the limits', () => {
    expect(check('0.002')).toEqual({ outcome: 'passed' });
    expect(check('100', { type: 'market' })).toEqual({ outcome: 'passed' });
  });

  test.each<[string, string, VenueOrderKind, Partial<VenueMarket>, string, string]>([
    ['a closed market', '1', limit, { active: false }, 'active', 'BTC-USDT: expected a market that trades, was closed'],
    [
      'a price beside the tick',
      '1',
      { ...limit, price: '50000.01' },
      {},
      'tick_size',
      'price: expected a multiple of the tick 0.05, was 50000.01',
    ],
    [
      'a stop beside the tick',
      '1',
      { type: 'stop_loss', stopPrice: '1.03' },
      {},
      'tick_size',
      'stopPrice: expected a multiple of the tick 0.05, was 1.03',
    ],
    ['a price of 0', '1', { ...limit, price: '0' }, {}, 'price_above_zero', 'price: expected above 0, was 0'],
    ['too little', '0.001', limit, {}, 'min_qty', 'qty: expected at least 0.002, was 0.001'],
    ['nothing', '0', limit, { minQty: undefined }, 'min_qty', 'qty: expected above 0, was 0'],
    [
      'a quantity beside the lot',
      '0.0025',
      limit,
      {},
      'lot_size',
      'qty: expected a multiple of the lot 0.001, was 0.0025',
    ],
    ['too much', '100.001', limit, {}, 'max_qty', 'qty: expected at most 100, was 100.001'],
    [
      'too cheap',
      '0.002',
      { ...limit, price: '4999.95' },
      {},
      'min_notional',
      'qty times price: expected at least 10, was 9.9999',
    ],
    [
      'an OCO whose stop is too cheap',
      '0.002',
      { type: 'oco', price: '6000', stopPrice: '4000' },
      {},
      'min_notional',
      'qty times price: expected at least 10, was 8',
    ],
  ])('denies %s, with the numbers', (...row) => {
    const [, qty, kind, rules, rule, reason] = row;
    expect(check(qty, kind, rules)).toEqual({ outcome: 'denied', rule, reason });
  });

  test('values a market order by the last price, and leaves it to the venue without one', () => {
    const order = { side: 'buy', qty: '0.002', kind: { type: 'market' } } as const;
    expect(checkVenueOrder(market, order, '4000')).toMatchObject({ outcome: 'denied', rule: 'min_notional' });
    expect(checkVenueOrder(market, order)).toEqual({ outcome: 'passed' });
  });
});

describe('rounding to the steps of a venue', () => {
  test('takes quantities down, limits to the side that is not worse, stops to the nearest tick', () => {
    const kind = { type: 'oco', price: '50000.03', stopPrice: '48000.03', stopLimitPrice: '47000.01' } as const;
    expect(roundToVenueSteps(market, { side: 'sell', qty: '0.0029', kind })).toEqual({
      side: 'sell',
      qty: '0.002',
      kind: { type: 'oco', price: '50000.05', stopPrice: '48000.05', stopLimitPrice: '47000' },
    });
    expect(roundToVenueSteps(market, { side: 'buy', qty: '1', kind: { ...limit, price: '9.99' } }).kind).toEqual({
      ...limit,
      price: '9.95',
    });
  });

  test('gives what the check takes for its steps, and never more', () => {
    const amount = fc.tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 0, max: 8 }));
    fc.assert(
      fc.property(amount, amount, fc.constantFrom('buy', 'sell'), ([q, qScale], [p, pScale], side) => {
        const [qty, price] = [
          Decimal.of(q).div(10 ** qScale),
          Decimal.of(p)
            .div(10 ** pScale)
            .plus('0.05'),
        ];
        const order = { side, qty: qty.toFixed(), kind: { ...limit, price: price.toFixed() } } as const;
        const rounded = roundToVenueSteps(market, order);
        expect(Decimal.of(rounded.qty).lte(qty)).toBe(true);
        expect(Decimal.of(rounded.kind.price).comparedTo(price) * (side === 'buy' ? 1 : -1)).toBeLessThanOrEqual(0);
        const free = { ...market, minQty: undefined, maxQty: undefined, minNotional: undefined };
        if (rounded.qty !== '0') expect(checkVenueOrder(free, rounded)).toEqual({ outcome: 'passed' });
      }),
    );
  });
});
