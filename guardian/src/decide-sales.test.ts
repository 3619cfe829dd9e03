import fc from 'fast-check';
import { Decimal } from '@octant/trading/money/decimal';
import type { VenueMarket } from '@octant/venue/venue';
import { describe, expect, test } from 'vitest';
import { decideSales } from './decide-sales.js';

function aMarket(base: string, change: Partial<VenueMarket> = {}): [string, VenueMarket] {
  const symbol = `${base}-USDT`;
  return [
    symbol,
    {
      ...{ symbol, base, quote: 'USDT', tickSize: '0.01', lotSize: '0.001', minQty: '0.002', maxQty: '9' },
      ...{ minNotional: '10', active: true, ...change },
    },
  ];
}

const markets = new Map([aMarket('BTC'), aMarket('ETH', { active: false }), aMarket('XRP', { maxQty: '5' })]);
const sell = (balances: Record<string, string>, keep: readonly string[] = []) =>
  decideSales({
    balances: new Map(Object.entries(balances).map(([currency, free]) => [currency, { free, used: '0' }])),
    ...{ markets, quote: 'USDT', keep: new Set(keep) },
  });

describe('what is sold', () => {
  test('is all that is free beyond the quote, rounded down to lots and up to the largest order', () => {
    expect(sell({ USDT: '100', BTC: '0.12345', XRP: '7.5', EUR: '0' })).toEqual({
      sales: [
        { symbol: 'BTC-USDT', qty: '0.123' },
        { symbol: 'XRP-USDT', qty: '5' },
      ],
      left: [],
    });
  });

  test('is not what the venue does not trade, or not in so small an amount, or what is to be kept', () => {
    expect(sell({ BTC: '0.0019', ETH: '2', EUR: '5', XRP: '1' }, ['XRP'])).toEqual({
      sales: [],
      left: [
        { currency: 'BTC', free: '0.0019', reason: 'qty: expected at least 0.002, was 0.001' },
        { currency: 'ETH', free: '2', reason: 'ETH-USDT: expected a market that trades, was closed' },
        { currency: 'EUR', free: '5', reason: 'expected a market EUR-USDT, was none' },
      ],
    });
  });

  test('is never more than is held, and always on a lot', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000_000 }), (millionths) => {
        const free = Decimal.of(millionths).div(1_000_000);
        for (const { qty } of sell({ BTC: free.toFixed() }).sales) {
          expect(Decimal.of(qty).lte(free)).toBe(true);
          expect(Decimal.of(qty).mod('0.001').isZero()).toBe(true);
        }
      }),
    );
  });
});
