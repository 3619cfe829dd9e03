import { describe, expect, it } from 'vitest';
import { anInstrument, someInstruments } from '../testing/an-instrument.js';
import { decideRebalance, type RebalanceInput } from './rebalance.js';

function anInput(fields: Partial<RebalanceInput> = {}): RebalanceInput {
  return {
    cashQuote: '400',
    equityQuote: '1000',
    held: { 'BTC-USDT': '6' },
    prices: { 'BTC-USDT': '100', 'ETH-USDT': '10' },
    targets: { 'ETH-USDT': 0.3, 'BTC-USDT': 0.4 },
    thresholdRatio: 0.05,
    openOrders: [],
    instruments: someInstruments(anInstrument(), anInstrument({ symbol: 'ETH-USDT', lotSize: '0.001' })),
    limits: { maxOrderQuote: '1000', maxPositionQuote: '20000' },
    cashBufferRatio: 0,
    feesBps: 0,
    ...fields,
  };
}

describe('decideRebalance', () => {
  it('sells what is above its target and buys what is below, sells first', () => {
    expect(decideRebalance(anInput())).toEqual([
      { symbol: 'BTC-USDT', side: 'sell', qty: '2', price: '100' },
      { symbol: 'ETH-USDT', side: 'buy', qty: '30', price: '10' },
    ]);
  });

  it('leaves alone what is within the threshold, has no target, or has an open order', () => {
    expect(decideRebalance(anInput({ targets: { 'BTC-USDT': 0.55 } }))).toEqual([]);
    expect(decideRebalance(anInput({ targets: {} }))).toEqual([]);
    const openOrders = [{ symbol: 'BTC-USDT', side: 'sell', qty: '2', price: '100' }] as const;
    expect(decideRebalance(anInput({ openOrders })).map(({ symbol }) => symbol)).toEqual(['ETH-USDT']);
  });

  it('buys no more than the free cash and the limits allow', () => {
    const poor = anInput({ targets: { 'ETH-USDT': 0.4 }, cashQuote: '101', feesBps: 100 });
    expect(decideRebalance(poor)).toEqual([{ symbol: 'ETH-USDT', side: 'buy', qty: '10', price: '10' }]);
    const limits = { maxOrderQuote: '50', maxPositionQuote: '20000' };
    expect(decideRebalance(anInput({ targets: { 'ETH-USDT': 0.4 }, limits })).map(({ qty }) => qty)).toEqual(['5']);
  });

  it('sells all that is held when the target is 0', () => {
    expect(decideRebalance(anInput({ targets: { 'BTC-USDT': 0 } }))).toEqual([
      { symbol: 'BTC-USDT', side: 'sell', qty: '6', price: '100' },
    ]);
  });

  it('refuses targets above the whole equity and targets without a price', () => {
    expect(() => decideRebalance(anInput({ targets: { 'BTC-USDT': 0.8, 'ETH-USDT': 0.3 } }))).toThrow('was 1.1');
    expect(() => decideRebalance(anInput({ prices: {} }))).toThrow('expected a price of ETH-USDT, was none');
  });
});
