import { PermanentError } from '@octant/platform/errors/errors';
import { symbolName } from '@octant/trading/messages/envelope';
import { Decimal } from '@octant/trading/money/decimal';
import { z } from 'zod';
import { decimalTextOf, idField, positiveField } from './reply-fields.js';
import type { VenueMarket } from './venue.js';

/** A market with the names that it has elsewhere. */
export interface ListedMarket extends VenueMarket {
  /** The venue's own id, `XXBTZUSD`. */
  readonly marketId: string;
  /** ccxt's symbol, `BTC/USD`. */
  readonly ccxtSymbol: string;
  /** All that the venue calls it. */
  readonly names: readonly string[];
}

const limit = z.unknown().transform((value) => {
  const text = decimalTextOf(value);
  return text === undefined || Decimal.of(text).lte(0) ? undefined : text;
});

const ccxtMarket = z.object({
  id: idField,
  symbol: z.string(),
  base: z.string().min(1),
  quote: z.string().min(1),
  spot: z.literal(true),
  active: z.boolean().nullish(),
  precision: z.object({ amount: positiveField, price: positiveField }),
  limits: z.object({ amount: z.object({ min: limit, max: limit }), cost: z.object({ min: limit }) }),
  info: z.record(z.string(), z.unknown()),
});

/** Venues that list a tick beside their number of decimal places mean the tick. */
const tickOfInfo = z.object({ tick_size: positiveField });

/** The markets of a venue, found by canonical symbol or by any of the venue's own names. */
export class ListedMarkets {
  readonly bySymbol: ReadonlyMap<string, ListedMarket>;
  readonly #byName = new Map<string, ListedMarket>();

  /** Of ccxt's list; a market that cannot be read is left out, so that one does not close all others. */
  constructor(ccxtMarkets: Readonly<Record<string, unknown>>) {
    const bySymbol = new Map<string, ListedMarket>();
    for (const value of Object.values(ccxtMarkets)) {
      const market = listedMarketOf(value);
      if (market === undefined) continue;
      bySymbol.set(market.symbol, market);
      for (const name of market.names) this.#byName.set(name, market);
    }
    this.bySymbol = bySymbol;
  }

  /** @throws PermanentError `unknown_symbol`. */
  get(symbol: string): ListedMarket {
    const market = this.bySymbol.get(symbol);
    if (market !== undefined) return market;
    throw new PermanentError(`symbol: expected one that the venue lists, was ${JSON.stringify(symbol)}`, {
      code: 'unknown_symbol',
    });
  }

  findByName(name: string): ListedMarket | undefined {
    return this.#byName.get(name);
  }
}

function listedMarketOf(value: unknown): ListedMarket | undefined {
  const { success, data } = ccxtMarket.safeParse(value);
  if (!success) return undefined;
  const symbol = `${data.base}-${data.quote}`;
  if (data.symbol !== `${data.base}/${data.quote}` || !symbolName.safeParse(symbol).success) return undefined;
  const { min: minQty, max: maxQty } = data.limits.amount;
  return {
    symbol,
    base: data.base,
    quote: data.quote,
    tickSize: tickOfInfo.safeParse(data.info).data?.tick_size ?? data.precision.price,
    lotSize: data.precision.amount,
    minQty,
    maxQty,
    minNotional: data.limits.cost.min,
    active: data.active === true,
    marketId: data.id,
    ccxtSymbol: data.symbol,
    names: [data.id, data.symbol, data.info['altname'], data.info['wsname']].filter(isText),
  };
}

function isText(name: unknown): name is string {
  return typeof name === 'string';
}
