import { expect, test } from 'vitest';
import { parseVenueCheckFlags } from './command-line.js';

test('an exchange is enough, and an order may say where', () => {
  expect(parseVenueCheckFlags(['--exchange', 'kraken'])).toEqual({ exchange: 'kraken' });
  const argv = [
    '--exchange',
    'binance',
    '--sandbox',
    '--order',
    '--symbol',
    'BTC/USDT',
    '--price',
    '25000.5',
    '--json',
  ];
  expect(parseVenueCheckFlags(argv)).toEqual({
    exchange: 'binance',
    sandbox: true,
    order: true,
    symbol: 'BTC/USDT',
    price: '25000.5',
    json: true,
  });
});

test('what cannot be is refused', () => {
  expect(() => parseVenueCheckFlags([])).toThrow("required option '--exchange <id>' not specified");
  expect(() => parseVenueCheckFlags(['--exchange', 'kraken', '--price', '1'])).toThrow('expected --order beside them');
  expect(() => parseVenueCheckFlags(['--exchange', 'kraken', '--order', '--price', '0'])).toThrow(
    'expected a price above 0',
  );
});
