import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, formatDecimal } from '../money/decimal.js';
import { roundTrips, type TripFill } from './round-trips.js';

const fill = (over: Partial<TripFill>): TripFill => ({
  symbol: 'BTC-USDT',
  side: 'buy',
  qty: '1',
  price: '100',
  feeQuote: '0',
  atMs: 0,
  ...over,
});

describe('round trips', () => {
  it('close when the position is back at 0, net of the fees of both sides', () => {
    expect(
      roundTrips([fill({ feeQuote: '0.1', atMs: 1 }), fill({ side: 'sell', price: '110', feeQuote: '0.11', atMs: 5 })]),
    ).toEqual([{ symbol: 'BTC-USDT', openedAtMs: 1, closedAtMs: 5, entryQuote: '100', pnlQuote: '9.79' }]);
  });

  it('take parts in and out at average cost', () => {
    const trips = roundTrips([
      fill({ qty: '1', price: '100', atMs: 1 }),
      fill({ qty: '2', price: '130', atMs: 2 }),
      fill({ side: 'sell', qty: '1.5', price: '120', atMs: 3 }),
      fill({ side: 'sell', qty: '1.5', price: '90', atMs: 4 }),
    ]);
    expect(trips).toEqual([{ symbol: 'BTC-USDT', openedAtMs: 1, closedAtMs: 4, entryQuote: '360', pnlQuote: '-45' }]);
  });

  it('keep symbols apart, list by closing, and leave open positions out', () => {
    const trips = roundTrips([
      fill({ atMs: 1 }),
      fill({ symbol: 'ETH-USDT', price: '10', atMs: 2 }),
      fill({ symbol: 'ETH-USDT', side: 'sell', price: '11', atMs: 3 }),
      fill({ side: 'sell', price: '99', atMs: 4 }),
      fill({ atMs: 5 }),
    ]);
    expect(trips.map(({ symbol, pnlQuote }) => [symbol, pnlQuote])).toEqual([
      ['ETH-USDT', '1'],
      ['BTC-USDT', '-1'],
    ]);
  });

  it('add up to the cash that came in, to the last digit', () => {
    const cents = (max: number) => fc.integer({ min: 1, max }).map((value) => Decimal.of(value).div(100));
    const trade = fc.record({ qty: cents(1000), buy: cents(10_000_000), sell: cents(10_000_000), fee: cents(500) });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 20 }), (trades) => {
        const fills = trades.flatMap(({ qty, buy, sell, fee }, index) => [
          fill({ qty: formatDecimal(qty), price: formatDecimal(buy), feeQuote: formatDecimal(fee), atMs: index }),
          fill({
            side: 'sell',
            qty: formatDecimal(qty),
            price: formatDecimal(sell),
            feeQuote: formatDecimal(fee),
            atMs: index,
          }),
        ]);
        const total = roundTrips(fills).reduce((sum, trip) => sum.plus(trip.pnlQuote), Decimal.of(0));
        const cash = trades.reduce(
          (sum, { qty, buy, sell, fee }) => sum.plus(sell.minus(buy).times(qty)).minus(fee).minus(fee),
          Decimal.of(0),
        );
        expect(formatDecimal(total)).toBe(formatDecimal(cash));
      }),
    );
  });

  it.each([
    [[fill({ side: 'sell' })], 'qty of BTC-USDT: expected a sale of at most the position 0, was 1'],
    [
      [fill({}), fill({ side: 'sell', qty: '1.1' })],
      'qty of BTC-USDT: expected a sale of at most the position 1, was 1.1',
    ],
    [[fill({ qty: '0' })], 'qty of BTC-USDT: expected more than 0, was 0'],
    [[fill({ price: 'x' })], 'expected a decimal string, was "x"'],
  ])('refuse fills that cannot be', (fills, message) => {
    expect(() => roundTrips(fills)).toThrow(message);
  });

  it('of no fills are none', () => {
    expect(roundTrips([])).toEqual([]);
  });
});
