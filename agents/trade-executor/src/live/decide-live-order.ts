import { decideSubmit } from '@octant/trading/exchange/paper-exchange';
import type { Instrument } from '@octant/trading/market/instrument';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { refusalOf, type Submission } from '../account/take-order.js';
import type { VenueMarket, VenueOrderKind } from '@octant/venue/venue';
import { freeQtyOf, freeQuoteOf, type LiveAccount } from './live-account.js';
import type { LiveSettings } from './live-settings.js';

export interface LiveOrderContext {
  readonly account: LiveAccount;
  readonly instrument: Instrument;
  readonly market: VenueMarket | undefined;
  /** Why the symbol may only reduce; undefined when it may add exposure. */
  readonly gate: string | undefined;
  readonly settings: LiveSettings;
  readonly nowMs: number;
}

export type LiveOrderDecision =
  { readonly state: 'intended'; readonly reservePrice: string } | { readonly state: 'denied'; readonly reason: string };

type Wanted = Pick<
  Submission,
  'symbol' | 'side' | 'qty' | 'requestId' | 'referencePrice' | 'exits' | 'verdict' | 'timeframe'
> & {
  readonly kind: VenueOrderKind;
};

const DAY_MS = 86_400_000;

/**
 * Whether an order may be sent: its approval, the venue's rules, the halt, what books and open orders leave free, and
 * for what adds exposure whether the desk may add any. Orders of unknown outcome count as open. `reason` has the numbers.
 */
export function decideLiveOrder(order: Wanted, context: LiveOrderContext): LiveOrderDecision {
  const free = freeQtyOf(context.account, order.symbol);
  const refusal = 'refusal' in order.verdict ? order.verdict.refusal : refusalOf(order, order.verdict.approval, free);
  if (refusal !== undefined) return denied(refusal);
  const { instrument, account } = context;
  const rules = decideSubmit(order, { instrument, positionQty: free, halted: account.halt.halted });
  if (rules.state === 'denied') return rules;
  const market = marketFault(order, context);
  if (market !== undefined) return denied(market);
  if (order.side === 'sell') return sellDecision(order, { account, free });
  const exposure = exposureFault(order, context);
  if (exposure !== undefined) return denied(exposure);
  return buyDecision(order, context);
}

function marketFault(order: Wanted, { market }: LiveOrderContext): string | undefined {
  if (market === undefined) return undefined;
  if (!market.active) return `market_closed: expected ${order.symbol} to be traded, was not`;
  const { minQty, maxQty } = market;
  const qty = parseDecimal(order.qty);
  if (minQty !== undefined && qty.lt(parseDecimal(minQty))) {
    return `min_qty: expected qty of at least ${minQty}, was ${order.qty}`;
  }
  if (maxQty !== undefined && qty.gt(parseDecimal(maxQty))) {
    return `max_qty: expected qty of at most ${maxQty}, was ${order.qty}`;
  }
  return undefined;
}

function sellDecision(
  order: Wanted,
  { account, free }: { readonly account: LiveAccount; readonly free: string },
): LiveOrderDecision {
  if (parseDecimal(order.qty).lte(parseDecimal(free))) return { state: 'intended', reservePrice: '0' };
  const held = account.positions[order.symbol]?.qty ?? '0';
  const taken = account.reservedQty[order.symbol] ?? '0';
  return denied(
    `insufficient_position: expected a sell up to ${free} (${held} held, ${taken} in open orders), was ${order.qty}`,
  );
}

function exposureFault(order: Wanted, context: LiveOrderContext): string | undefined {
  const { gate, settings, account } = context;
  if (gate !== undefined) return `only_reducing: ${gate}`;
  if (order.exits?.maxCandles !== undefined && order.timeframe === undefined) {
    return 'exits_without_timeframe: expected a timeframe that maxCandles counts in, was none';
  }
  const quote = order.symbol.split('-')[1] ?? '';
  if (quote !== settings.quoteCurrency) {
    return `quote_currency: expected a market in ${settings.quoteCurrency}, was ${order.symbol}`;
  }
  const { days, maxOrderQuote } = settings.firstDays;
  const isEarly = account.confirmedAtMs === undefined || context.nowMs < account.confirmedAtMs + days * DAY_MS;
  const notional = parseDecimal(order.qty).times(priceOf(order));
  if (!isEarly || notional.lte(parseDecimal(maxOrderQuote))) return undefined;
  return `first_days: expected a notional of at most ${maxOrderQuote} in the first ${String(days)} days, was ${formatDecimal(notional)}`;
}

function buyDecision(order: Wanted, { account, settings }: LiveOrderContext): LiveOrderDecision {
  const reservePrice = priceOf(order).times(Decimal.of(settings.reserveRatio).plus(1));
  const needed = parseDecimal(order.qty).times(reservePrice);
  const free = freeQuoteOf(account);
  if (needed.lte(parseDecimal(free))) return { state: 'intended', reservePrice: formatDecimal(reservePrice) };
  const { cashQuote, reservedQuote } = account;
  const figures = `${free} (${cashQuote} in cash, ${reservedQuote} in open orders)`;
  return denied(`insufficient_cash: expected to need at most ${figures}, was ${formatDecimal(needed)}`);
}

/** What one unit is expected to cost: its limit where it has one. */
function priceOf(order: Wanted): Decimal {
  const { kind } = order;
  const price = 'price' in kind ? kind.price : 'stopPrice' in kind ? kind.stopPrice : order.referencePrice;
  return parseDecimal(price);
}

function denied(reason: string): LiveOrderDecision {
  return { state: 'denied', reason };
}
