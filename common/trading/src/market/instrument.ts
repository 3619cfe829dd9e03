import type { MarketsConfig } from '../config/agent-configs.js';
import { symbolName } from '../messages/envelope.js';
import { parseDecimal, type Decimal } from '../money/decimal.js';
import { UnknownSymbolError } from './symbol.js';

/** What the venue allows for one symbol: prices step by `tickSize`, quantities by `lotSize`. */
export interface Instrument {
  /** Canonical, `BTC-USDT`. */
  symbol: string;
  /** Quote currency, above 0. */
  tickSize: Decimal;
  /** Base currency, above 0. */
  lotSize: Decimal;
  /** Least quantity times price of an order, quote currency; may be 0. */
  minNotional: Decimal;
}

/**
 * The instruments of `config/markets.yaml` by symbol, in the file's order.
 *
 * @throws RangeError naming the entry when a symbol is not canonical or listed twice, or a step is 0.
 */
export function instrumentsOf(config: MarketsConfig): ReadonlyMap<string, Instrument> {
  const instruments = new Map<string, Instrument>();
  for (const [index, market] of config.markets.entries()) {
    const at = `markets[${String(index)}]`;
    if (!symbolName.safeParse(market.symbol).success) {
      throw new RangeError(`${at}.symbol: expected a symbol such as "BTC-USDT", was ${JSON.stringify(market.symbol)}`);
    }
    if (instruments.has(market.symbol)) {
      throw new RangeError(`${at}.symbol: expected each symbol once, was ${market.symbol} again`);
    }
    instruments.set(market.symbol, {
      symbol: market.symbol,
      tickSize: positiveStep(`${at}.tick_size`, market.tick_size),
      lotSize: positiveStep(`${at}.lot_size`, market.lot_size),
      minNotional: parseDecimal(market.min_notional),
    });
  }
  return instruments;
}

function positiveStep(field: string, text: string): Decimal {
  const step = parseDecimal(text);
  if (step.lte(0)) throw new RangeError(`${field}: expected a step above 0, was ${text}`);
  return step;
}

/** The instrument of a canonical symbol; @throws UnknownSymbolError naming the nearest listed one. */
export function getInstrument(instruments: ReadonlyMap<string, Instrument>, symbol: string): Instrument {
  const instrument = instruments.get(symbol);
  if (instrument === undefined) throw new UnknownSymbolError(symbol, [...instruments.keys()]);
  return instrument;
}
