import { ListedMarkets } from '../listed-markets.js';

function aMarket(id: string, symbol: string, info: Record<string, unknown> = {}) {
  const [base, quote] = symbol.split('/');
  return {
    ...{ id, symbol, base, quote, spot: true, active: true },
    precision: { amount: '0.00001', price: '0.01' },
    limits: { amount: { min: '0.00001', max: undefined }, cost: { min: '5' } },
    info,
  };
}

/** Two markets of each venue, by the names that they have there. */
export const listedMarkets = new ListedMarkets({
  a: aMarket('BTCUSDT', 'BTC/USDT'),
  b: aMarket('ETHUSDT', 'ETH/USDT'),
  c: aMarket('XXBTZUSD', 'BTC/USD', { altname: 'XBTUSD', wsname: 'XBT/USD' }),
  d: aMarket('XETHZUSD', 'ETH/USD', { altname: 'ETHUSD', wsname: 'ETH/USD' }),
});
