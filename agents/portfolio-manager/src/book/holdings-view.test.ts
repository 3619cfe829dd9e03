import { openLedger } from '@octant/trading/portfolio/ledger';
import { expect, test } from 'vitest';
import { aBookedFill } from '../testing/ledger-store-contract.js';
import { bookFills } from './books.js';
import { holdingsView, valuedAt } from './holdings-view.js';

test('positions are valued at the given prices, and shares are of the equity then', () => {
  const opened = openLedger('1000', 0);
  const ledger = bookFills(opened, aBookedFill(), [aBookedFill({ fillSeq: 2, price: '110', feeQuote: '0' })]);
  const marks = { 'BTC-USDT': { price: '120', closeTimeMs: 7 } };
  const view = holdingsView(valuedAt(ledger, { 'BTC-USDT': '120' }), { marks, targets: { 'ETH-USDT': 0.2 } });
  expect(view).toEqual({
    startEquityQuote: '1000',
    cashQuote: '789.9',
    equityQuote: '1029.9',
    realizedQuote: '0',
    unrealizedQuote: '30',
    feesQuote: '0.1',
    lastFillSeq: 2,
    markedAtMs: 7,
    positions: [
      {
        symbol: 'BTC-USDT',
        qty: '2',
        costQuote: '210',
        averagePrice: '105',
        markPrice: '120',
        valueQuote: '240',
        unrealizedQuote: '30',
        shareRatio: 0.23303233323623654,
      },
    ],
    targets: [{ symbol: 'ETH-USDT', targetRatio: 0.2, shareRatio: 0 }],
  });
});

test('an account without fills is all cash, never marked', () => {
  const view = holdingsView(openLedger('1000', 0), { marks: {}, targets: {} });
  expect(view).toMatchObject({ cashQuote: '1000', equityQuote: '1000', positions: [], markedAtMs: null });
});
