import { Decimal } from '@octant/trading/money/decimal';
import { checkVenueOrder, roundToVenueSteps } from '@octant/venue/check-venue-order';
import type { VenueBalance, VenueMarket } from '@octant/venue/venue';

/** A holding that is to be sold at the market, on the venue's steps. */
export interface Sale {
  readonly symbol: string;
  readonly qty: string;
}

/** A holding that stays, and why. */
export interface Left {
  readonly currency: string;
  readonly free: string;
  readonly reason: string;
}

export interface SalesQuestion {
  readonly balances: ReadonlyMap<string, VenueBalance>;
  readonly markets: ReadonlyMap<string, VenueMarket>;
  /** Everything is sold for it. */
  readonly quote: string;
  /** Currencies that are never sold. */
  readonly keep: ReadonlySet<string>;
}

/**
 * What is held beyond the quote, as market sells of all that is free, rounded down to lots. Less than the venue trades is left;
 * the least notional is the venue's to refuse, because no price is known here.
 */
export function decideSales({ balances, markets, quote, keep }: SalesQuestion): {
  readonly sales: readonly Sale[];
  readonly left: readonly Left[];
} {
  const sales: Sale[] = [];
  const left: Left[] = [];
  for (const [currency, { free }] of balances) {
    if (currency === quote || keep.has(currency) || Decimal.of(free).lte(0)) continue;
    const symbol = `${currency}-${quote}`;
    const market = markets.get(symbol);
    if (market === undefined) {
      left.push({ currency, free, reason: `expected a market ${symbol}, was none` });
      continue;
    }
    const order = roundToVenueSteps(market, { side: 'sell', qty: cappedQty(market, free), kind: { type: 'market' } });
    const check = checkVenueOrder(market, order);
    if (check.outcome === 'passed') sales.push({ symbol, qty: order.qty });
    else left.push({ currency, free, reason: check.reason });
  }
  return { sales, left };
}

/** What is more than one order may have goes with the next. */
function cappedQty({ maxQty }: VenueMarket, free: string): string {
  return maxQty !== undefined && Decimal.of(free).gt(maxQty) ? maxQty : free;
}
