import type { OrderSide } from '@octant/trading/messages/envelope';

/** How an order is to be executed; amounts are decimal strings, prices in quote, quantities in base currency. */
export type VenueOrderKind =
  | { readonly type: 'market' }
  | {
      readonly type: 'limit';
      readonly price: string;
      readonly timeInForce: 'gtc' | 'ioc' | 'fok';
      readonly postOnly: boolean;
    }
  /** Sells or buys at the market once the price reaches `stopPrice`. */
  | { readonly type: 'stop_loss'; readonly stopPrice: string }
  | { readonly type: 'stop_limit'; readonly stopPrice: string; readonly price: string }
  /** A market order once the price reaches `stopPrice` from the other side. */
  | { readonly type: 'take_profit'; readonly stopPrice: string }
  /** A stop that follows the price at this distance, a share of the price (0.01 = 1 %). */
  | { readonly type: 'trailing_stop'; readonly trailingRatio: string }
  /** A take-profit limit and a stop, of which the first to fill ends the other. */
  | {
      readonly type: 'oco';
      readonly price: string;
      readonly stopPrice: string;
      readonly stopLimitPrice?: string | undefined;
    };

export type VenueOrderType = VenueOrderKind['type'];

/** An order as it goes to the venue; rounded to its steps and checked against its rules before. */
export interface VenueOrderRequest {
  /** In the venue's charset and length, a function of the desk's order id. */
  readonly clientOrderId: string;
  /** Canonical, `BTC-USDT`. */
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly kind: VenueOrderKind;
  readonly reduceOnly?: boolean | undefined;
  /** The venue must refuse the request when it comes later, where it can; epoch ms. */
  readonly expiresAtMs?: number | undefined;
}

/** Order states as a venue tells them; `unknown` is whatever it says that nobody here knows. */
export type VenueOrderState = 'open' | 'partially_filled' | 'filled' | 'canceled' | 'rejected' | 'expired' | 'unknown';

export interface VenueOrder {
  readonly venueOrderId: string;
  /** Undefined for an order that somebody else placed without one. */
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly filledQty: string;
  readonly state: VenueOrderState;
  /** When the venue took it; undefined where it does not say. */
  readonly createdAtMs: number | undefined;
}

/** One execution of an order. */
export interface VenueFill {
  /** Unique at the venue within the symbol. */
  readonly tradeId: string;
  readonly venueOrderId: string;
  /** Undefined where the venue does not repeat it with its fills. */
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
  readonly fee: { readonly amount: string; readonly currency: string };
  readonly maker: boolean | undefined;
  readonly atMs: number;
}

/** What became of a request. `unknown`: it may have had its effect; only asking tells. */
export type PlaceOutcome =
  | { readonly outcome: 'accepted'; readonly order: VenueOrder }
  /** The venue said no, conclusively. */
  | { readonly outcome: 'rejected'; readonly code: string; readonly reason: string }
  /** It conclusively did nothing and may be asked again: banned, over its limits, in maintenance. */
  | { readonly outcome: 'not_done'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly outcome: 'unknown'; readonly reason: string };

export type CancelOutcome =
  | { readonly outcome: 'canceled' }
  /** Filled, cancelled or expired before: its state tells. */
  | { readonly outcome: 'not_open'; readonly reason: string }
  | { readonly outcome: 'not_done'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** `not_found` only where the venue itself said so; a failure to ask is `unknown`. */
export type FindOutcome =
  | { readonly outcome: 'found'; readonly order: VenueOrder }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** Rules of one market. */
export interface VenueMarket {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly minQty: string | undefined;
  readonly maxQty: string | undefined;
  readonly minNotional: string | undefined;
  readonly active: boolean;
}

export interface VenueBalance {
  readonly free: string;
  /** In open orders. */
  readonly used: string;
}

/** What the key may do; undefined where the venue does not tell. */
export interface KeyRights {
  readonly mayTrade: boolean | undefined;
  readonly mayWithdraw: boolean | undefined;
}

export interface VenueFeatures {
  readonly orderTypes: ReadonlySet<VenueOrderType>;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly amend: boolean;
  /** The venue itself cancels everything unless it is asked again in time. */
  readonly deadMan: boolean;
  /** Orders and fills come over a socket. */
  readonly events: boolean;
  /** Requests carry a time after which the venue refuses them. */
  readonly requestExpiry: boolean;
  /** An order can be asked for by its client id. */
  readonly findByClientId: boolean;
}

/** What a venue tells over its socket. Any of it may come twice, late, out of order, or never. */
export type VenueEvent =
  | { readonly type: 'order'; readonly order: VenueOrder }
  | { readonly type: 'fill'; readonly fill: VenueFill }
  /** The socket was lost: whatever happened since has to be asked for. */
  | { readonly type: 'gap'; readonly reason: string };

/** What a market does right now. */
export interface VenueTicker {
  /** Price of the last trade, quote currency. */
  readonly lastPrice: string;
  /** Traded in the last 24 hours, base currency; undefined where the venue does not say. */
  readonly dayVolume: string | undefined;
}

/** From which fill on to ask: those at or after `sinceMs`. */
export interface FillQuery {
  readonly symbol: string;
  readonly sinceMs: number;
}

/**
 * One account at one venue. Questions that fail to be asked throw TransientError `venue_unreachable`, those that the venue
 * refuses PermanentError `venue_refused`; `place`, `cancel`, `amend` and `find` say so in their outcome instead, and never
 * throw for what the venue or the network did.
 */
export interface Venue {
  /** ccxt's id: `binance`, `kraken`. */
  readonly id: string;
  readonly features: VenueFeatures;
  /** By canonical symbol. */
  markets(): Promise<ReadonlyMap<string, VenueMarket>>;
  place(request: VenueOrderRequest): Promise<PlaceOutcome>;
  cancel(order: { readonly venueOrderId: string; readonly symbol: string }): Promise<CancelOutcome>;
  /** Another quantity or price for an open limit order; only with `features.amend`. */
  amend(
    order: { readonly venueOrderId: string; readonly symbol: string },
    change: { readonly qty?: string; readonly price?: string },
  ): Promise<PlaceOutcome>;
  find(order: { readonly clientOrderId: string; readonly symbol: string }): Promise<FindOutcome>;
  openOrders(symbol?: string): Promise<readonly VenueOrder[]>;
  /** Orders of any state that came at or after it, oldest first. */
  ordersSince(query: FillQuery): Promise<readonly VenueOrder[]>;
  /** Oldest first, all of them however many pages that takes. */
  fillsSince(query: FillQuery): Promise<readonly VenueFill[]>;
  /** Of several markets by one question, whatever their number; one that the venue does not tell of is left out. */
  tickers(symbols: readonly string[]): Promise<ReadonlyMap<string, VenueTicker>>;
  /** By currency. */
  balances(): Promise<ReadonlyMap<string, VenueBalance>>;
  /** The venue's clock less ours, in ms. */
  clockOffsetMs(): Promise<number>;
  keyRights(): Promise<KeyRights>;
  /** Everything is cancelled by the venue unless this is called again within so long; 0 ends it. Only with `features.deadMan`. */
  cancelAllAfter(ms: number): Promise<void>;
  /** Calls back with whatever comes over the socket until the signal aborts; reconnects by itself, with a `gap` each time. */
  watch(listener: (event: VenueEvent) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
