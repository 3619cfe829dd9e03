import { describe, expect, it } from 'vitest';
import { resolveSymbol, symbolFromFileName, UnknownSymbolError } from './symbol.js';

const MARKETS = ['BTC-USDT', 'ETH-USDT', 'BTC-USD', 'ETH-BTC', 'SOL-USDT'];

describe('a symbol', () => {
  it.each(['BTC-USDT', 'BTC/USDT', 'BTCUSDT', 'btc-usdt', 'btc_usdt', 'BTC:USDT', ' btcusdt '])(
    'may be written %s',
    (text) => {
      expect(resolveSymbol(text, MARKETS)).toBe('BTC-USDT');
    },
  );

  it('is told from one that it begins with', () => {
    expect(resolveSymbol('BTCUSD', MARKETS)).toBe('BTC-USD');
  });

  it.each([
    ['BTC-USDC', 'BTC-USDT'],
    ['XBT/USD', 'BTC-USD'],
    ['SOLUSD', 'SOL-USDT'],
    ['ETHBCT', 'ETH-BTC'],
    ['ETH', 'ETH-BTC'],
  ])('that is not listed is an error that names the nearest: %s', (text, nearest) => {
    const attempt = () => resolveSymbol(text, MARKETS);
    expect(attempt).toThrow(UnknownSymbolError);
    expect(attempt).toThrow(`expected a listed symbol, was "${text}"; the nearest is ${nearest}`);
  });

  it('that names base and quote apart never matches another split of its letters', () => {
    expect(() => resolveSymbol('BTCU-SDT', MARKETS)).toThrow(UnknownSymbolError);
  });

  it('without a separator that fits several is an error', () => {
    expect(() => resolveSymbol('ABC', ['A-BC', 'AB-C'])).toThrow(UnknownSymbolError);
    expect(resolveSymbol('AB/C', ['A-BC', 'AB-C'])).toBe('AB-C');
  });

  it('cannot be found in an empty list', () => {
    expect(() => resolveSymbol('BTCUSDT', [])).toThrow('expected a listed symbol, was "BTCUSDT"; no market is listed');
  });
});

describe('a file name', () => {
  it.each([
    ['BTC-USDT.binance.1h.csv.gz', 'BTC-USDT'],
    ['/data/ETH_USDT-1h.csv', 'ETH-USDT'],
    ['Coinbase_BTCUSD_1h.csv', 'BTC-USD'],
    ['C:\\data\\btcusdt-1m-2022.csv', 'BTC-USDT'],
    ['ETH-BTC.kraken.csv', 'ETH-BTC'],
  ])('gives its symbol: %s', (name, symbol) => {
    expect(symbolFromFileName(name, MARKETS)).toBe(symbol);
  });

  it.each(['candles.csv', 'BTC-EUR.csv', 'BTC-USDT/candles.csv', ''])('may give none: %o', (name) => {
    expect(symbolFromFileName(name, MARKETS)).toBeUndefined();
  });
});
