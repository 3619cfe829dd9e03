import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookFill } from './book-fill.js';

const account = { cashQuote: '1000', positions: { 'BTC-USDT': { qty: '2', costQuote: '150' } } };
const order = { symbol: 'BTC-USDT', side: 'buy', qty: '1', filledQty: '0.25', fillCount: 1 } as const;
const fill = { qty: '0.5', price: '100', fee: { amount: '0.05', currency: 'USDT' } };

describe('a fill in the books', () => {
  it('of a buy takes notional and fee from the cash', () => {
    expect(bookFill(account, order, fill)).toEqual({
      bookable: true,
      fill: {
        qty: '0.5',
        price: '100',
        feeQuote: '0.05',
        feeBase: '0',
        profit: '0',
        cashQuote: '949.95',
        position: { qty: '2.5', costQuote: '200' },
        filledQty: '0.75',
        fillNumber: 2,
        complete: false,
      },
    });
  });

  it('of a sell realises its profit at average cost, and completes the order with the last of it', () => {
    expect(bookFill(account, { ...order, side: 'sell', filledQty: '0.5' }, fill)).toMatchObject({
      fill: { profit: '12.5', cashQuote: '1049.95', position: { qty: '1.5', costQuote: '112.5' }, complete: true },
    });
  });

  it('with a fee in base currency is that much less bought, at a fee of its worth', () => {
    const inBase = { ...fill, fee: { amount: '0.0005', currency: 'BTC' } };
    expect(bookFill(account, order, inBase)).toMatchObject({
      fill: {
        qty: '0.4995',
        feeQuote: '0.05',
        feeBase: '0.0005',
        cashQuote: '950',
        position: { qty: '2.4995' },
        filledQty: '0.75',
      },
    });
  });

  it('with a fee in a third currency touches neither cash nor coin for it', () => {
    const inThird = { ...fill, fee: { amount: '0.0001', currency: 'BNB' } };
    expect(bookFill(account, order, inThird)).toMatchObject({
      fill: { qty: '0.5', feeQuote: '0', cashQuote: '950', position: { qty: '2.5' } },
    });
  });

  it('is not booked beyond the order, or below nothing held', () => {
    expect(bookFill(account, order, { ...fill, qty: '0.8' })).toEqual({
      bookable: false,
      why: "expected fills up to the order's 1, was 1.05",
    });
    expect(bookFill({ ...account, positions: {} }, { ...order, side: 'sell' }, fill)).toEqual({
      bookable: false,
      why: 'expected a sell up to the position of 0, was 0.5',
    });
  });

  it('moves cash and coin by exactly what moved at the venue, and in the ledger’s terms too', () => {
    const amount = fc.integer({ min: 1, max: 99_999 }).map((n) => (n / 10_000).toString());
    const trade = fc.record({
      qty: amount,
      price: amount,
      currency: fc.constantFrom('USDT', 'BTC', 'BNB'),
      side: fc.constantFrom('buy' as const, 'sell' as const),
    });
    fc.assert(
      fc.property(trade, ({ qty, price, currency, side }) => {
        const fee = { amount: formatDecimal(parseDecimal(qty).div(1000)), currency };
        const books = { cashQuote: '1000000', positions: { 'BTC-USDT': { qty: '100', costQuote: '5' } } };
        const whole = { symbol: 'BTC-USDT', side, qty: '10', filledQty: '0', fillCount: 0 };
        const booking = bookFill(books, whole, { qty, price, fee });
        if (!booking.bookable) throw new Error(booking.why);
        const sign = side === 'buy' ? 1 : -1;
        const feeIn = (name: string) => parseDecimal(currency === name ? fee.amount : '0');
        const coin = parseDecimal('100').plus(parseDecimal(qty).times(sign)).minus(feeIn('BTC'));
        const notional = parseDecimal(qty).times(parseDecimal(price));
        const cash = parseDecimal('1000000').minus(notional.times(sign)).minus(feeIn('USDT'));
        const { fill: booked } = booking;
        expect([booked.position.qty, booked.cashQuote]).toEqual([formatDecimal(coin), formatDecimal(cash)]);
        const moved = parseDecimal(booked.qty).times(parseDecimal(booked.price)).times(-sign);
        const ledger = moved.minus(parseDecimal(booked.feeQuote));
        expect(formatDecimal(parseDecimal('1000000').plus(ledger))).toBe(booked.cashQuote);
      }),
    );
  });
});
