import type { Clock } from '@octant/platform/time/clock';
import type { ClockSample } from './clock-offset.js';
import type { CcxtVenueClient } from './ccxt-venue-client.js';
import type { ReplyJudge } from './classify-failure.js';
import type { ListedMarkets } from './listed-markets.js';
import type { Ask } from './venue-requests.js';
import type {
  FillQuery,
  KeyRights,
  VenueBalance,
  VenueEvent,
  VenueFeatures,
  VenueFill,
  VenueOrder,
  VenueOrderRequest,
} from './venue.js';

/** What a message of the socket says. */
export interface FeedReading {
  readonly events: readonly VenueEvent[];
  /** The venue has begun to tell of orders. */
  readonly subscribed?: true;
  /** It will tell no more. */
  readonly lost?: string;
}

/** Reads one connection's messages in their order. */
export interface FeedReader {
  read(message: unknown): FeedReading;
}

/** One open order of the account. */
export interface OrderRef {
  readonly venueOrderId: string;
  readonly symbol: string;
}

export interface VenueApiContext {
  readonly client: CcxtVenueClient;
  readonly ask: Ask;
  readonly clock: Clock;
  /** Those last loaded. */
  readonly markets: () => ListedMarkets;
}

/**
 * One venue's own way of doing things. Every method throws VenueFailureError for what became of its request, TransientError
 * `venue_unreadable` for an answer that is not as documented.
 */
export interface VenueApi {
  readonly features: VenueFeatures;
  /** How coarse the clock is that it tells. */
  readonly clockResolutionMs: number;
  place(request: VenueOrderRequest): Promise<VenueOrder>;
  cancel(order: OrderRef): Promise<void>;
  amend(order: OrderRef, change: { readonly qty?: string; readonly price?: string }): Promise<VenueOrder>;
  find(order: { readonly clientOrderId: string; readonly symbol: string }): Promise<VenueOrder | undefined>;
  openOrders(symbol: string | undefined): Promise<VenueOrder[]>;
  ordersSince(query: FillQuery): Promise<VenueOrder[]>;
  fillsSince(query: FillQuery): Promise<VenueFill[]>;
  balances(): Promise<Map<string, VenueBalance>>;
  /** One look at the venue's clock. */
  lookAtClock(): Promise<ClockSample>;
  keyRights(): Promise<KeyRights>;
  cancelAllAfter(ms: number): Promise<void>;
  /** Resolves at the next update; connects and subscribes where that is not done. */
  nextUpdate(): Promise<unknown>;
  openReader(): FeedReader;
}

/** A venue before it is opened. */
export interface VenueDialect {
  readonly id: string;
  readonly judge: ReplyJudge;
  /** What its list of markets is asked with. */
  readonly marketParams: Readonly<Record<string, string>>;
  open(context: VenueApiContext): VenueApi;
}
