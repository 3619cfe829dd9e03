import { describe, expect, it } from 'vitest';
import { decideSignal } from './decide-signal.js';

const flat = { symbol: 'BTC-USDT', positionQty: '0', openOrders: [], halted: false } as const;
const openBuy = { symbol: 'BTC-USDT', side: 'buy', qty: '1', price: '100' } as const;

describe('decideSignal', () => {
  it('sizes a buy while flat and a sell while holding', () => {
    expect(decideSignal({ ...flat, side: 'buy' })).toBe('size');
    expect(decideSignal({ ...flat, side: 'sell', positionQty: '0.1' })).toBe('size');
  });

  it('drops a buy while holding, while one is open and while halted', () => {
    expect(decideSignal({ ...flat, side: 'buy', positionQty: '0.1' })).toBe('holding');
    expect(decideSignal({ ...flat, side: 'buy', openOrders: [openBuy] })).toBe('open_buy');
    expect(decideSignal({ ...flat, side: 'buy', halted: true })).toBe('halted');
  });

  it('ignores the open orders of other symbols', () => {
    expect(decideSignal({ ...flat, side: 'buy', openOrders: [{ ...openBuy, symbol: 'ETH-USDT' }] })).toBe('size');
  });

  it('drops a sell while flat, and lets one pass while halted', () => {
    expect(decideSignal({ ...flat, side: 'sell' })).toBe('flat');
    expect(decideSignal({ ...flat, side: 'sell', positionQty: '0.1', halted: true })).toBe('size');
  });
});
