import { TransientError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import { z } from 'zod';
import type { CcxtVenueClient } from './ccxt-venue-client.js';
import { reasonOf } from './classify-failure.js';
import { ListedMarkets } from './listed-markets.js';
import { measureOffsetMs } from './measure-offset.js';
import type { OrderRef, VenueApi, VenueDialect } from './venue-api.js';
import { unsupported, VenueFailureError } from './venue-failure.js';
import { watchVenue } from './venue-feed.js';
import { amountField, positiveField, readReply } from './reply-fields.js';
import { acceptedOf, asQuestionError, failureOf, placeOutcomeOf } from './venue-outcomes.js';
import type { Ask } from './venue-requests.js';
import type {
  CancelOutcome,
  FillQuery,
  FindOutcome,
  KeyRights,
  PlaceOutcome,
  Venue,
  VenueBalance,
  VenueEvent,
  VenueFeatures,
  VenueFill,
  VenueMarket,
  VenueOrder,
  VenueOrderRequest,
  VenueTicker,
} from './venue.js';

const tickers = z.record(z.string(), z.unknown());
const ticker = z.object({ last: positiveField, baseVolume: amountField.nullish().catch(undefined) });

/** Rules of markets change; they are asked again when they are as old. */
const MARKETS_AGE_MS = 3_600_000;

export interface CcxtVenueParts {
  readonly dialect: VenueDialect;
  readonly client: CcxtVenueClient;
  readonly ask: Ask;
  readonly clock: Clock;
  /** What ends with the venue. */
  readonly onClose?: (() => void) | undefined;
}

/** A venue over ccxt: what its own way of doing things finds becomes the outcomes of the port. */
export class CcxtVenue implements Venue {
  readonly id: string;
  readonly features: VenueFeatures;
  readonly #parts: CcxtVenueParts;
  readonly #api: VenueApi;
  #markets: ListedMarkets | undefined;
  #marketsAtMs = 0;

  constructor(parts: CcxtVenueParts) {
    const { dialect, client, ask, clock } = parts;
    this.#parts = parts;
    this.id = dialect.id;
    this.#api = dialect.open({ client, ask, clock, markets: () => this.#loadedMarkets() });
    this.features = this.#api.features;
  }

  async markets(): Promise<ReadonlyMap<string, VenueMarket>> {
    const { clock } = this.#parts;
    const isOld = clock.now() - this.#marketsAtMs > MARKETS_AGE_MS;
    if (this.#markets !== undefined && !isOld) return this.#markets.bySymbol;
    try {
      return (await this.#loadMarkets()).bySymbol;
    } catch (error) {
      if (this.#markets === undefined) throw asQuestionError(this.id, error);
      return this.#markets.bySymbol;
    }
  }

  async place(request: VenueOrderRequest): Promise<PlaceOutcome> {
    try {
      await this.#ensureMarkets();
      if (request.reduceOnly === true) throw unsupported(`${this.id} has no reduce-only on spot`);
      return acceptedOf(await this.#api.place(request), request);
    } catch (error) {
      return placeOutcomeOf(failureOf(error));
    }
  }

  async cancel(order: OrderRef): Promise<CancelOutcome> {
    try {
      await this.#ensureMarkets();
      await this.#api.cancel(order);
      return { outcome: 'canceled' };
    } catch (error) {
      const failure = failureOf(error);
      const { reason } = failure;
      if (failure.kind === 'no_such_order') return { outcome: 'not_open', reason };
      // Nothing was cancelled, as with a key that may not: it is still open.
      if (failure.kind === 'refused') return { outcome: 'not_done', reason, retryAfterMs: undefined };
      if (failure.kind === 'not_done') return { outcome: 'not_done', reason, retryAfterMs: failure.retryAfterMs };
      return { outcome: 'unknown', reason };
    }
  }

  async amend(order: OrderRef, change: { readonly qty?: string; readonly price?: string }): Promise<PlaceOutcome> {
    try {
      await this.#ensureMarkets();
      return { outcome: 'accepted', order: await this.#api.amend(order, change) };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'no_such_order') return placeOutcomeOf(failure);
      return { outcome: 'rejected', code: 'not_open', reason: failure.reason };
    }
  }

  async find(wanted: { readonly clientOrderId: string; readonly symbol: string }): Promise<FindOutcome> {
    try {
      await this.#ensureMarkets();
      const order = await this.#api.find(wanted);
      if (order === undefined) return { outcome: 'not_found' };
      if (order.clientOrderId === wanted.clientOrderId && order.symbol === wanted.symbol)
        return { outcome: 'found', order };
      const reason = `expected ${wanted.clientOrderId}, was ${String(order.clientOrderId)} of ${order.symbol}`;
      return { outcome: 'unknown', reason };
    } catch (error) {
      // Every way of saying no but the one above is a question that was not answered.
      return { outcome: 'unknown', reason: failureOf(error).reason };
    }
  }

  openOrders(symbol?: string): Promise<readonly VenueOrder[]> {
    return this.#question(() => this.#api.openOrders(symbol));
  }

  ordersSince(query: FillQuery): Promise<readonly VenueOrder[]> {
    return this.#question(() => this.#api.ordersSince(query));
  }

  fillsSince(query: FillQuery): Promise<readonly VenueFill[]> {
    return this.#question(() => this.#api.fillsSince(query));
  }

  tickers(symbols: readonly string[]): Promise<ReadonlyMap<string, VenueTicker>> {
    const { client, ask } = this.#parts;
    return this.#question(async () => {
      const markets = symbols.map((symbol) => this.#loadedMarkets().get(symbol)).filter(({ active }) => active);
      if (markets.length === 0) return new Map();
      const names = markets.map(({ ccxtSymbol }) => ccxtSymbol);
      const reply = await ask({ weight: 'query', priority: 'stop' }, () => client.fetchTickers(names));
      const told = readReply('tickers', tickers, reply);
      return new Map(
        markets.flatMap(({ symbol, ccxtSymbol }): [string, VenueTicker][] => {
          // One that cannot be read does not hide the others.
          const { data } = ticker.safeParse(told[ccxtSymbol]);
          return data === undefined ? [] : [[symbol, tickerOf(data)]];
        }),
      );
    });
  }

  balances(): Promise<ReadonlyMap<string, VenueBalance>> {
    return this.#question(() => this.#api.balances());
  }

  clockOffsetMs(): Promise<number> {
    return this.#question(() => measureOffsetMs(this.#api, this.#parts.clock), false);
  }

  keyRights(): Promise<KeyRights> {
    return this.#question(() => this.#api.keyRights(), false);
  }

  cancelAllAfter(ms: number): Promise<void> {
    return this.#question(() => this.#api.cancelAllAfter(ms), false);
  }

  async watch(listener: (event: VenueEvent) => void, signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#parts;
    const nextUpdate = async (): Promise<unknown> => {
      await this.#ensureMarkets();
      return this.#api.nextUpdate();
    };
    await watchVenue({ client, clock, nextUpdate, openReader: () => this.#api.openReader() }, listener, signal);
  }

  async close(): Promise<void> {
    await this.#parts.client.close();
    this.#parts.onClose?.();
  }

  async #question<Answer>(ask: () => Promise<Answer>, needsMarkets = true): Promise<Answer> {
    try {
      if (needsMarkets) await this.#ensureMarkets();
      return await ask();
    } catch (error) {
      throw asQuestionError(this.id, error);
    }
  }

  async #ensureMarkets(): Promise<void> {
    if (this.#markets === undefined) await this.#loadMarkets();
  }

  async #loadMarkets(): Promise<ListedMarkets> {
    const { client, ask, clock, dialect } = this.#parts;
    try {
      // A failed load would be remembered and fail for ever, unless it is asked to load again.
      await ask({ weight: 'markets', priority: 'entry' }, () => client.loadMarkets(true, dialect.marketParams));
    } catch (error) {
      // Of an order that was to be sent afterwards, nothing has happened.
      const retryAfterMs =
        error instanceof VenueFailureError && error.failure.kind === 'not_done'
          ? error.failure.retryAfterMs
          : undefined;
      const reason = `the markets of ${this.id} are not known: ${reasonOf(error)}`;
      throw new VenueFailureError({ kind: 'not_done', reason, retryAfterMs }, error);
    }
    this.#markets = new ListedMarkets(client.markets ?? {});
    this.#marketsAtMs = clock.now();
    return this.#markets;
  }

  #loadedMarkets(): ListedMarkets {
    if (this.#markets !== undefined) return this.#markets;
    throw new TransientError(`the markets of ${this.id} are not known`, { code: 'venue_unreachable' });
  }
}

function tickerOf({ last, baseVolume }: z.output<typeof ticker>): VenueTicker {
  // None at all is what a venue says that does not count.
  return { lastPrice: last, dayVolume: baseVolume === '0' ? undefined : (baseVolume ?? undefined) };
}
