import { setTimeout as pause } from 'node:timers/promises';
import { Decimal, formatDecimal, floorToStep, parseDecimal } from '@octant/trading/money/decimal';
import { checkVenueOrder, roundToVenueSteps } from './check-venue-order.js';
import { venueClientOrderId } from './venue-client-order-id.js';
import type { KeyRights, Venue, VenueMarket, VenueOrderRequest } from './venue.js';

/** Beyond it the desk does not trade. */
const MOST_OFFSET_MS = 250;
const FEED_MS = 15_000;
const EXPIRY_MS = 10_000;

export interface VenueCheckOptions {
  /** One order of the least size, post-only at this price, which is placed, found and cancelled. */
  readonly order?: { readonly symbol: string; readonly price: string; readonly orderId: string } | undefined;
  readonly now: () => number;
  readonly say: (line: string) => void;
}

/** What a venue showed of itself. Currencies are told without their amounts. */
export interface VenueReport {
  readonly exchange: string;
  readonly markets: number;
  readonly clockOffsetMs: number;
  readonly keyRights: KeyRights;
  readonly currencies: readonly string[];
  readonly openOrders: number;
  /** Whether the venue began to tell of orders over its socket. */
  readonly feed: boolean;
  readonly deadMan: boolean;
  /** Outcomes of placing, finding and cancelling the order. */
  readonly order?: { readonly placed: string; readonly found: string; readonly canceled: string };
  /** What stands in the way of trading there. */
  readonly problems: readonly string[];
}

/**
 * Asks a venue for all that only the real one can show. @throws TransientError `venue_unreachable`, PermanentError
 * `venue_refused` for a question that is not answered.
 */
export async function checkVenue(venue: Venue, options: VenueCheckOptions): Promise<VenueReport> {
  const { say, order } = options;
  const markets = await venue.markets();
  say(`markets: ${String(markets.size)}`);
  const clockOffsetMs = Math.round(await venue.clockOffsetMs());
  say(`clock: the venue's is ${String(Math.abs(clockOffsetMs))} ms ${clockOffsetMs < 0 ? 'behind' : 'ahead of'} ours`);
  const keyRights = await venue.keyRights();
  say(`key: may trade ${told(keyRights.mayTrade)}, may withdraw ${told(keyRights.mayWithdraw)}`);
  const currencies = await currenciesOf(venue);
  say(`balances: ${currencies.length === 0 ? 'none' : currencies.join(', ')}`);
  const openOrders = (await venue.openOrders()).length;
  say(`open orders: ${String(openOrders)}`);
  const feed = await begins(venue);
  say(`feed of orders: ${feed ? 'begins' : 'does not begin'}`);
  say(`dead-man timer: ${venue.features.deadMan ? 'yes' : 'none'}`);
  const tried =
    order === undefined ? undefined : await tryOrder(venue, markets.get(order.symbol), { ...options, order });
  const report = { exchange: venue.id, markets: markets.size, clockOffsetMs, keyRights, currencies, openOrders, feed };
  return {
    ...report,
    deadMan: venue.features.deadMan,
    ...(tried === undefined ? {} : { order: tried }),
    problems: [...problemsOf(report), ...(tried === undefined ? [] : problemsOfOrder(tried))],
  };
}

/** The least order that the market takes at this price, on its steps. */
export function leastQty(market: VenueMarket, price: string): string {
  const lot = parseDecimal(market.lotSize);
  // A little more, because the price is rounded to its tick afterwards.
  const worth = parseDecimal(market.minNotional ?? '0')
    .times('1.01')
    .div(price);
  const least = Decimal.max(worth, market.minQty ?? '0', lot);
  const below = floorToStep(least, lot);
  return formatDecimal(below.eq(least) ? below : below.plus(lot));
}

async function tryOrder(
  venue: Venue,
  market: VenueMarket | undefined,
  { order, now, say }: VenueCheckOptions & { order: NonNullable<VenueCheckOptions['order']> },
): Promise<NonNullable<VenueReport['order']>> {
  const { symbol } = order;
  if (market === undefined) return { placed: `${symbol} is not listed`, found: 'not asked', canceled: 'not asked' };
  const request: VenueOrderRequest = roundToVenueSteps(market, {
    ...{ clientOrderId: venueClientOrderId(venue.id, order.orderId), symbol, side: 'buy' },
    ...{ qty: leastQty(market, order.price), expiresAtMs: now() + EXPIRY_MS },
    kind: { type: 'limit', price: order.price, timeInForce: 'gtc', postOnly: true },
  });
  const check = checkVenueOrder(market, request);
  if (check.outcome === 'denied') return { placed: check.reason, found: 'not asked', canceled: 'not asked' };
  const placed = await venue.place(request);
  say(`order: ${describe(placed)}`);
  const found = await venue.find(request);
  say(`order by its client id: ${describe(found)}`);
  const venueOrderId = idOf(placed) ?? idOf(found);
  const canceled = venueOrderId === undefined ? undefined : await venue.cancel({ venueOrderId, symbol });
  say(`cancelling it: ${canceled === undefined ? 'not asked' : describe(canceled)}`);
  return {
    placed: describe(placed),
    found: describe(found),
    canceled: canceled === undefined ? 'not asked' : describe(canceled),
  };
}

/** Whether the venue begins to tell of orders. */
async function begins(venue: Venue): Promise<boolean> {
  if (!venue.features.events) return false;
  const stop = new AbortController();
  let hasBegun = false;
  const watching = venue.watch((event) => {
    hasBegun = event.type !== 'gap' || event.reason === 'the feed begins';
    if (hasBegun) stop.abort();
  }, stop.signal);
  await Promise.race([watching, pause(FEED_MS, undefined, { ref: false })]);
  stop.abort();
  await watching;
  return hasBegun;
}

async function currenciesOf(venue: Venue): Promise<string[]> {
  const balances = [...(await venue.balances())];
  return balances
    .filter(([, { free, used }]) => free !== '0' || used !== '0')
    .map(([currency]) => currency)
    .sort();
}

function problemsOf(report: Pick<VenueReport, 'clockOffsetMs' | 'keyRights' | 'feed'>): string[] {
  const { clockOffsetMs, keyRights, feed } = report;
  return [
    ...(Math.abs(clockOffsetMs) > MOST_OFFSET_MS
      ? [`clock: expected at most ${String(MOST_OFFSET_MS)} ms apart, was ${String(clockOffsetMs)} ms`]
      : []),
    ...(keyRights.mayTrade === false ? ['key: expected one that may trade, was one that may not'] : []),
    ...(keyRights.mayWithdraw === true ? ['key: expected one that may not withdraw, was one that may'] : []),
    ...(feed ? [] : ['feed: expected the venue to begin to tell of orders, was silent']),
  ];
}

function problemsOfOrder({ placed, found, canceled }: NonNullable<VenueReport['order']>): string[] {
  const isDone = placed === 'accepted' && found === 'found' && canceled === 'canceled';
  return isDone ? [] : [`order: expected accepted, found and canceled, was ${placed}; ${found}; ${canceled}`];
}

function describe(outcome: { readonly outcome: string; readonly reason?: string }): string {
  return outcome.reason === undefined ? outcome.outcome : `${outcome.outcome} (${outcome.reason})`;
}

function idOf(outcome: {
  readonly outcome: string;
  readonly order?: { readonly venueOrderId: string };
}): string | undefined {
  return outcome.order?.venueOrderId;
}

function told(right: boolean | undefined): string {
  return right === undefined ? 'is not told' : right ? 'yes' : 'no';
}
