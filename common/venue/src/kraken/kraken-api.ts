import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { z } from 'zod';
import type { ClockSample } from '../clock-offset.js';
import { orderRequestOf, sendableAt } from '../order-request.js';
import { amountField, idField, readReply, secondsField, unreadable } from '../reply-fields.js';
import type { FeedReader, OrderRef, VenueApi, VenueApiContext, VenueDialect } from '../venue-api.js';
import { VenueFailureError } from '../venue-failure.js';
import type { Ask, VenueRequest } from '../venue-requests.js';
import type {
  FillQuery,
  KeyRights,
  VenueBalance,
  VenueFeatures,
  VenueFill,
  VenueOrder,
  VenueOrderRequest,
} from '../venue.js';
import { isNonceRefusal, judgeKraken } from './judge-kraken.js';
import { KrakenFeedReader } from './kraken-feed.js';
import { allByOffset, startBefore, type OffsetPage } from './kraken-history.js';
import { krakenOrderCall } from './kraken-order-call.js';
import { readKrakenFill, readKrakenOrder } from './kraken-shapes.js';

const READ: VenueRequest = { weight: 'history', priority: 'entry' };
const QUERY: VenueRequest = { weight: 'query', priority: 'stop' };
const NONCE_TRIES = 3;

const rows = z.record(z.string(), z.unknown());
const placed = z.object({ info: z.object({ txid: z.tuple([idField]) }) });
const canceled = z.object({
  info: z.object({ result: z.object({ count: z.coerce.number(), pending: z.boolean().optional() }) }),
});
const openReply = z.object({ result: z.object({ open: rows }) });
const closedReply = z.object({ result: z.object({ closed: rows, count: z.unknown() }) });
const queryReply = z.object({ result: rows });
const tradesReply = z.object({ result: z.object({ trades: rows, count: z.unknown() }) });
const balanceReply = z.object({
  result: z.record(z.string(), z.object({ balance: amountField, hold_trade: amountField.default('0') })),
});
const keyReply = z.object({ result: z.object({ permissions: z.array(z.string()).optional() }) });
const timeReply = z.object({ result: z.object({ unixtime: secondsField }) });
const timerReply = z.object({ result: z.object({ currentTime: z.string() }) });

const features: VenueFeatures = {
  orderTypes: new Set(['market', 'limit', 'stop_loss', 'stop_limit', 'take_profit', 'trailing_stop']),
  ...{ postOnly: true, reduceOnly: false, amend: true, deadMan: true },
  ...{ events: true, requestExpiry: true, findByClientId: true },
};

/** Kraken spot. */
export const krakenDialect: VenueDialect = {
  id: 'kraken',
  judge: judgeKraken,
  marketParams: {},
  open: (context) => new KrakenApi({ ...context, ask: askAgainForNonce(context.ask) }),
};

class KrakenApi implements VenueApi {
  readonly features = features;
  readonly clockResolutionMs = 1000;
  readonly #context: VenueApiContext;

  constructor(context: VenueApiContext) {
    this.#context = context;
  }

  async place(request: VenueOrderRequest): Promise<VenueOrder> {
    const { client, ask, clock, markets } = this.#context;
    const { side, qty, symbol, clientOrderId } = request;
    const { ccxtSymbol } = markets().get(symbol);
    const reply = await ask(orderRequestOf(request), () => {
      const { type, price, params } = krakenOrderCall(request, sendableAt(request, clock.now()));
      return client.createOrder(ccxtSymbol, type, side, qty, price, params);
    });
    const [venueOrderId] = readReply('AddOrder', placed, reply).info.txid;
    // The answer tells the id alone.
    return { venueOrderId, clientOrderId, symbol, side, qty, filledQty: '0', state: 'open', createdAtMs: undefined };
  }

  async cancel({ venueOrderId, symbol }: OrderRef): Promise<void> {
    const { client, ask, markets } = this.#context;
    const reply = await ask({ weight: 'cancel', priority: 'cancel' }, () =>
      client.cancelOrder(venueOrderId, markets().get(symbol).ccxtSymbol),
    );
    const { count, pending } = readReply('CancelOrder', canceled, reply).info.result;
    if (count === 1 && pending !== true) return;
    throw unreadable(
      `CancelOrder: expected one order cancelled, was ${String(count)}${pending === true ? ', pending' : ''}`,
    );
  }

  async amend({ venueOrderId, symbol }: OrderRef, change: { qty?: string; price?: string }): Promise<VenueOrder> {
    const { client, ask, markets } = this.#context;
    const { ccxtSymbol } = markets().get(symbol);
    await ask({ weight: 'order', priority: 'stop' }, () =>
      client.editOrder(venueOrderId, ccxtSymbol, 'limit', undefined, change.qty, change.price),
    );
    try {
      const reply = await ask(QUERY, () => client.privatePostQueryOrders({ txid: venueOrderId }));
      return this.#read(venueOrderId, readReply('QueryOrders', queryReply, reply).result[venueOrderId]);
    } catch (error) {
      const reason = `order ${venueOrderId} was changed, and what it is now is not known`;
      throw new VenueFailureError({ kind: 'unknown', reason }, error);
    }
  }

  /** Asks the open ones first: one that ends between the questions is seen by the second. */
  async find({ clientOrderId }: { clientOrderId: string; symbol: string }): Promise<VenueOrder | undefined> {
    const params = { cl_ord_id: clientOrderId };
    const found = new Map<string, unknown>([...(await this.#open(params)), ...(await this.#closed(params))]);
    const orders = [...found].map(([id, row]) => this.#read(id, row));
    const [order, ...others] = orders;
    if (others.length === 0) return order;
    // The venue keeps client ids apart among open orders only.
    throw unreadable(`cl_ord_id ${clientOrderId}: expected one order, was ${String(orders.length)}`);
  }

  async openOrders(symbol: string | undefined): Promise<VenueOrder[]> {
    const orders = [...(await this.#open({}))].map(([id, row]) => this.#read(id, row));
    return orders.filter((order) => symbol === undefined || order.symbol === symbol);
  }

  async ordersSince({ symbol, sinceMs }: FillQuery): Promise<VenueOrder[]> {
    const { markets } = this.#context;
    const open = await this.#open({});
    const closed = await this.#closed({ start: startBefore(sinceMs), closetime: 'open' });
    return [...new Map([...open, ...closed])]
      .filter(([, row]) => isOfMarket(row, symbol, (name) => markets().findByName(name)?.symbol))
      .map(([id, row]) => this.#read(id, row))
      .filter(({ createdAtMs = 0 }) => createdAtMs >= sinceMs)
      .sort((a, b) => (a.createdAtMs ?? 0) - (b.createdAtMs ?? 0));
  }

  async fillsSince({ symbol, sinceMs }: FillQuery): Promise<VenueFill[]> {
    const { client, ask, markets } = this.#context;
    const found = await allByOffset(async (ofs): Promise<OffsetPage> => {
      const params = { start: startBefore(sinceMs), ofs };
      const { result } = readReply(
        'TradesHistory',
        tradesReply,
        await ask(READ, () => client.privatePostTradesHistory(params)),
      );
      return { count: result.count, rows: result.trades };
    });
    const of = { market: markets().get(symbol), markets: markets() };
    return [...found]
      .flatMap(([id, row]) => readKrakenFill(id, row, of) ?? [])
      .filter(({ atMs }) => atMs >= sinceMs)
      .sort((a, b) => a.atMs - b.atMs || (a.tradeId < b.tradeId ? -1 : 1));
  }

  async balances(): Promise<Map<string, VenueBalance>> {
    const { client, ask } = this.#context;
    const { result } = readReply('BalanceEx', balanceReply, await ask(READ, () => client.privatePostBalanceEx({})));
    const balances = new Map<string, VenueBalance>();
    for (const [asset, { balance, hold_trade: used }] of Object.entries(result)) {
      const currency = String(client.safeCurrencyCode(asset));
      if (balances.has(currency)) throw unreadable(`BalanceEx: expected ${currency} once, was again as ${asset}`);
      balances.set(currency, { free: formatDecimal(Decimal.of(balance).minus(used)), used });
    }
    return balances;
  }

  lookAtClock(): Promise<ClockSample> {
    const { client, ask } = this.#context;
    return ask(QUERY, async (trace) => {
      const { unixtime } = readReply('Time', timeReply, await client.publicGetTime({})).result;
      return { askedAtMs: trace.sentAtMs, answeredAtMs: trace.answeredAtMs, theirsMs: unixtime };
    });
  }

  async keyRights(): Promise<KeyRights> {
    const { client, ask } = this.#context;
    const { result } = readReply(
      'GetApiKeyInfo',
      keyReply,
      await ask(QUERY, () => client.privatePostGetApiKeyInfo({})),
    );
    const { permissions } = result;
    return {
      mayTrade: permissions?.includes('modify-trades'),
      mayWithdraw: permissions?.some((permission) => permission.includes('withdraw')),
    };
  }

  /** In whole seconds, rounded up: what is rounded down to 0 would end the timer. */
  async cancelAllAfter(ms: number): Promise<void> {
    const { client, ask } = this.#context;
    const request: VenueRequest = { weight: 'query', priority: 'cancel' };
    readReply(
      'CancelAllOrdersAfter',
      timerReply,
      await ask(request, () => client.cancelAllOrdersAfter(Math.ceil(ms / 1000) * 1000)),
    );
  }

  nextUpdate(): Promise<unknown> {
    return this.#context.client.watchOrders(undefined, undefined, undefined, { snap_trades: true });
  }

  openReader(): FeedReader {
    return new KrakenFeedReader(this.#context.markets);
  }

  async #open(params: Record<string, unknown>): Promise<[string, unknown][]> {
    const { client, ask } = this.#context;
    const reply = await ask(READ, () => client.privatePostOpenOrders(params));
    return Object.entries(readReply('OpenOrders', openReply, reply).result.open);
  }

  #closed(params: Record<string, unknown>): Promise<ReadonlyMap<string, unknown>> {
    const { client, ask } = this.#context;
    return allByOffset(async (ofs): Promise<OffsetPage> => {
      const reply = await ask(READ, () => client.privatePostClosedOrders({ ...params, ofs }));
      const { result } = readReply('ClosedOrders', closedReply, reply);
      return { count: result.count, rows: result.closed };
    });
  }

  #read(id: string, row: unknown): VenueOrder {
    return readKrakenOrder(id, row, this.#context.markets());
  }
}

/** A request that another overtook was not looked at: it may be sent again as it is. */
function askAgainForNonce(ask: Ask): Ask {
  return async (request, send) => {
    for (let tries = 1; ; tries++) {
      try {
        return await ask(request, send);
      } catch (error) {
        const failure = error instanceof VenueFailureError ? error.failure : undefined;
        const isNonce = failure?.kind === 'not_done' && isNonceRefusal(failure.reason);
        if (!isNonce || tries >= NONCE_TRIES) throw error;
      }
    }
  };
}

/** One of a pair that the venue lists no more is not of a market that it lists; what has no pair is left to be read. */
function isOfMarket(row: unknown, symbol: string, symbolOf: (name: string) => string | undefined): boolean {
  const pair = pairIn.safeParse(row).data?.descr.pair;
  return pair === undefined || symbolOf(pair) === symbol;
}

const pairIn = z.object({ descr: z.object({ pair: z.string() }) });
