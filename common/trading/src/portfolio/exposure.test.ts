import { describe, expect, it } from 'vitest';
import { aFill } from '../testing/a-fill.js';
import { exposureOf, sizingViewOf } from './exposure.js';
import { applyFill, markLedger, openLedger } from './ledger.js';

const START_MS = Date.UTC(2024, 0, 1);
const bought = applyFill(openLedger('1000', START_MS), aFill({ qty: '2', feeQuote: '0' })).ledger;
const { ledger } = markLedger(bought, { closes: { 'BTC-USDT': '105' }, closeTimeMs: START_MS + 7_200_000 });

describe('exposureOf', () => {
  it('values the position at the last close and counts open buys of the symbol alone', () => {
    const openOrders = [
      { symbol: 'BTC-USDT', side: 'buy', qty: '0.5', price: '105' },
      { symbol: 'BTC-USDT', side: 'sell', qty: '1', price: '105' },
      { symbol: 'ETH-USDT', side: 'buy', qty: '1', price: '50' },
    ] as const;
    expect(exposureOf(ledger, { symbol: 'BTC-USDT', openOrders })).toEqual({
      equityQuote: '1010',
      cashQuote: '800',
      positionQty: '2',
      positionQuote: '210',
      openBuyQuote: '52.5',
      dayPnlRatio: 0.01,
    });
  });

  it('is flat in a symbol that is not held', () => {
    const { positionQty, positionQuote } = exposureOf(ledger, { symbol: 'ETH-USDT', openOrders: [] });
    expect([positionQty, positionQuote]).toEqual(['0', '0']);
    expect(sizingViewOf(ledger, 'ETH-USDT')).toEqual({ cashQuote: '800', equityQuote: '1010', positionQty: '0' });
  });
});
