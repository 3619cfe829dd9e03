import type { Instrument } from '../market/instrument.js';
import { parseDecimal } from '../money/decimal.js';

/** BTC-USDT with ticks of 0.01, lots of 0.00001 and orders from 5 on; amounts are decimal strings. */
export function anInstrument(
  fields: { symbol?: string; tickSize?: string; lotSize?: string; minNotional?: string } = {},
): Instrument {
  return {
    symbol: fields.symbol ?? 'BTC-USDT',
    tickSize: parseDecimal(fields.tickSize ?? '0.01'),
    lotSize: parseDecimal(fields.lotSize ?? '0.00001'),
    minNotional: parseDecimal(fields.minNotional ?? '5'),
  };
}

/** The instruments by symbol, for functions that take the desk's list. */
export function someInstruments(...instruments: readonly Instrument[]): ReadonlyMap<string, Instrument> {
  return new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
}
