import { expect, test } from 'vitest';
import { ListedMarkets } from './listed-markets.js';

function aMarket(fields: Record<string, unknown> = {}) {
  return {
    ...{ id: 'XXBTZUSD', symbol: 'BTC/USD', base: 'BTC', quote: 'USD', spot: true, active: true },
    precision: { amount: '0.00000001', price: '0.01' },
    limits: { amount: { min: '0.00005', max: '0' }, cost: { min: undefined } },
    info: { altname: 'XBTUSD', wsname: 'XBT/USD', tick_size: '0.1', orderTypes: ['LIMIT'] },
    ...fields,
  };
}

test("a market has the venue's rules, and is found by each of its names", () => {
  const markets = new ListedMarkets({ a: aMarket() });
  const market = {
    ...{ symbol: 'BTC-USD', base: 'BTC', quote: 'USD', tickSize: '0.1', lotSize: '0.00000001' },
    ...{ minQty: '0.00005', maxQty: undefined, minNotional: undefined, active: true },
    ...{ marketId: 'XXBTZUSD', ccxtSymbol: 'BTC/USD', names: ['XXBTZUSD', 'BTC/USD', 'XBTUSD', 'XBT/USD'] },
  };
  expect(markets.get('BTC-USD')).toEqual(market);
  for (const name of market.names) expect(markets.findByName(name)).toEqual(market);
  expect(() => markets.get('ETH-USD')).toThrow('symbol: expected one that the venue lists, was "ETH-USD"');
});

test('one that cannot be read, or is no spot market, is left out and closes no other', () => {
  const broken = [
    null,
    1,
    aMarket({ spot: false }),
    aMarket({ precision: { amount: '0', price: '1' } }),
    aMarket({ symbol: 'A/B:C' }),
  ];
  expect(new ListedMarkets({ ...Object.fromEntries(broken.entries()), good: aMarket() }).bySymbol.size).toBe(1);
});
