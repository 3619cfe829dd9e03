import { describe, expect, it } from 'vitest';
import { parseDecimal } from '../money/decimal.js';
import { getInstrument, instrumentsOf } from './instrument.js';

const market = { symbol: 'BTC-USDT', tick_size: '0.01', lot_size: '0.00001', min_notional: '5' };

describe('instruments', () => {
  it('come from the market list by symbol', () => {
    const instruments = instrumentsOf({ markets: [market] });
    expect(getInstrument(instruments, 'BTC-USDT')).toEqual({
      symbol: 'BTC-USDT',
      tickSize: parseDecimal('0.01'),
      lotSize: parseDecimal('0.00001'),
      minNotional: parseDecimal('5'),
    });
  });

  it('that are not listed are an error that names the nearest', () => {
    const instruments = instrumentsOf({ markets: [market] });
    expect(() => getInstrument(instruments, 'BTC-USDC')).toThrow('the nearest is BTC-USDT');
  });

  it.each([
    [[market, market], 'markets[1].symbol: expected each symbol once, was BTC-USDT again'],
    [[{ ...market, symbol: 'BTCUSDT' }], 'markets[0].symbol: expected a symbol such as "BTC-USDT", was "BTCUSDT"'],
    [[{ ...market, tick_size: '0.00' }], 'markets[0].tick_size: expected a step above 0, was 0.00'],
    [[{ ...market, lot_size: '0' }], 'markets[0].lot_size: expected a step above 0, was 0'],
  ])('are refused with the entry that is wrong', (markets, message) => {
    expect(() => instrumentsOf({ markets })).toThrow(new RangeError(message));
  });
});
