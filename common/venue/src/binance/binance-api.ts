import type { ClockSample } from '../clock-offset.js';
import { readReply, timeField } from '../reply-fields.js';
import type { FeedReader, OrderRef, VenueApi, VenueApiContext, VenueDialect } from '../venue-api.js';
import { unsupported, VenueFailureError } from '../venue-failure.js';
import type { VenueRequest } from '../venue-requests.js';
import type {
  FillQuery,
  KeyRights,
  VenueBalance,
  VenueFeatures,
  VenueFill,
  VenueOrder,
  VenueOrderRequest,
} from '../venue.js';
import { orderRequestOf, sendableAt } from '../order-request.js';
import { BinanceFeedReader } from './binance-feed.js';
import { BINANCE_PAGE, historySince, type HistoryRow } from './binance-history.js';
import { binanceOcoParams, binanceOrderCall } from './binance-order-call.js';
import { account, canceled, infoOf, listReply, placedList, restrictions, rows, time } from './binance-replies.js';
import {
  foldLists,
  listOfVenueOrderId,
  mergeLegs,
  readBinanceFill,
  readBinanceOrder,
  type BinanceOrder,
} from './binance-shapes.js';
import { judgeBinance } from './judge-binance.js';

const READ: VenueRequest = { weight: 'history', priority: 'entry' };
const QUERY: VenueRequest = { weight: 'query', priority: 'stop' };

const features: VenueFeatures = {
  orderTypes: new Set(['market', 'limit', 'stop_loss', 'stop_limit', 'take_profit', 'trailing_stop', 'oco']),
  ...{ postOnly: true, reduceOnly: false, amend: false, deadMan: false },
  ...{ events: true, requestExpiry: true, findByClientId: true },
};

/** Binance spot. */
export const binanceDialect: VenueDialect = {
  id: 'binance',
  judge: judgeBinance,
  // Most of the list is which group of accounts may trade what: a hundred names a market, kept in memory for nothing.
  marketParams: { showPermissionSets: 'false' },
  open: (context) => new BinanceApi(context),
};

class BinanceApi implements VenueApi {
  readonly features = features;
  readonly clockResolutionMs = 1;
  readonly #context: VenueApiContext;

  constructor(context: VenueApiContext) {
    this.#context = context;
  }

  async place(request: VenueOrderRequest): Promise<VenueOrder> {
    const { client, ask, clock, markets } = this.#context;
    const { kind, side, qty } = request;
    const market = markets().get(request.symbol);
    if (kind.type === 'oco') {
      const reply = await ask(orderRequestOf(request), () =>
        client.privatePostOrderListOco(
          binanceOcoParams(request, kind, { market, nowMs: sendableAt(request, clock.now()) }),
        ),
      );
      const { orderListId, orderReports } = readReply('orderList', placedList, reply);
      return this.#listOf(String(orderListId), orderReports);
    }
    const reply = await ask(orderRequestOf(request), () => {
      const { type, price, params } = binanceOrderCall(request, kind, sendableAt(request, clock.now()));
      return client.createOrder(market.ccxtSymbol, type, side, qty, price, params);
    });
    const order = this.#read(readReply('order', infoOf, reply).info);
    return mergeLegs(order.venueOrderId, [order]);
  }

  async cancel({ venueOrderId, symbol }: OrderRef): Promise<void> {
    const { client, ask, markets } = this.#context;
    const { ccxtSymbol, marketId } = markets().get(symbol);
    const listId = listOfVenueOrderId(venueOrderId);
    const request: VenueRequest = { weight: 'cancel', priority: 'cancel' };
    if (listId !== undefined) {
      const reply = await ask(request, () => client.privateDeleteOrderList({ symbol: marketId, orderListId: listId }));
      readReply('orderList', listReply, reply);
      return;
    }
    const reply = await ask(request, () => client.cancelOrder(venueOrderId, ccxtSymbol));
    readReply('cancellation', canceled, readReply('cancellation', infoOf, reply).info);
  }

  amend(): Promise<VenueOrder> {
    return Promise.reject(unsupported('binance changes no order without placing another'));
  }

  async find({ clientOrderId, symbol }: { clientOrderId: string; symbol: string }): Promise<VenueOrder | undefined> {
    const order = await this.#order({ origClientOrderId: clientOrderId, symbol });
    return order === undefined ? this.#findList(clientOrderId, symbol) : mergeLegs(order.venueOrderId, [order]);
  }

  async openOrders(symbol: string | undefined): Promise<VenueOrder[]> {
    const { client, ask, markets } = this.#context;
    const params = symbol === undefined ? {} : { symbol: markets().get(symbol).marketId };
    const reply = await ask(READ, () => client.privateGetOpenOrders(params));
    return foldLists(readReply('openOrders', rows, reply).map((row) => this.#read(row)));
  }

  async ordersSince({ symbol, sinceMs }: FillQuery): Promise<VenueOrder[]> {
    const page = (params: Record<string, unknown>) =>
      this.#page('privateGetAllOrders', { ...params, symbol }, (row) => {
        const order = this.#read(row);
        const { venueOrderId: id, createdAtMs } = order;
        return { id, atMs: readReply('order.time', timeField, createdAtMs), order };
      });
    const found = await historySince(
      {
        between: (startTime, endTime) => page({ startTime, endTime }),
        fromId: (orderId) => page({ orderId }),
      },
      { sinceMs, nowMs: this.#context.clock.now() },
    );
    return foldLists(found.map(({ order }) => order));
  }

  async fillsSince({ symbol, sinceMs }: FillQuery): Promise<VenueFill[]> {
    const page = (params: Record<string, unknown>) =>
      this.#page('privateGetMyTrades', { ...params, symbol }, (row) => {
        const fill = readBinanceFill(row, this.#context.markets());
        return { id: fill.tradeId, atMs: fill.atMs, fill };
      });
    const found = await historySince(
      {
        between: (startTime, endTime) => page({ startTime, endTime }),
        fromId: (fromId) => page({ fromId }),
      },
      { sinceMs, nowMs: this.#context.clock.now() },
    );
    return found.map(({ fill }) => fill);
  }

  async balances(): Promise<Map<string, VenueBalance>> {
    const { balances } = await this.#account();
    return new Map(balances.map(({ asset, free, locked }) => [asset, { free, used: locked }]));
  }

  lookAtClock(): Promise<ClockSample> {
    const { client, ask } = this.#context;
    return ask(QUERY, async (trace) => {
      const { serverTime } = readReply('time', time, await client.publicGetTime({}));
      return { askedAtMs: trace.sentAtMs, answeredAtMs: trace.answeredAtMs, theirsMs: serverTime };
    });
  }

  /** The sandbox has no endpoint that tells what the key may do; the account tells whether it may trade. */
  async keyRights(): Promise<KeyRights> {
    const { client, ask } = this.#context;
    try {
      const reply = await ask(QUERY, () => client.sapiGetAccountApiRestrictions({}));
      const rights = readReply('apiRestrictions', restrictions, reply);
      return { mayTrade: rights.enableSpotAndMarginTrading, mayWithdraw: rights.enableWithdrawals };
    } catch (error) {
      if (!(error instanceof VenueFailureError) || error.failure.kind !== 'refused') throw error;
      if (error.failure.code !== 'not_sent') throw error;
      return { mayTrade: (await this.#account()).canTrade, mayWithdraw: undefined };
    }
  }

  cancelAllAfter(): Promise<void> {
    return Promise.reject(unsupported('binance has no timer that cancels orders'));
  }

  nextUpdate(): Promise<unknown> {
    return this.#context.client.watchOrders();
  }

  openReader(): FeedReader {
    return new BinanceFeedReader(this.#context.markets);
  }

  async #findList(clientOrderId: string, symbol: string): Promise<VenueOrder | undefined> {
    const { client, ask } = this.#context;
    const reply = await foundOrUndefined(() =>
      ask(QUERY, () => client.privateGetOrderList({ origClientOrderId: clientOrderId })),
    );
    if (reply === undefined) return undefined;
    const { orderListId, orders } = readReply('orderList', listReply, reply);
    const legs: BinanceOrder[] = [];
    for (const { orderId } of orders) {
      const leg = await this.#order({ orderId, symbol });
      if (leg !== undefined) legs.push(leg);
    }
    return mergeLegs(`list:${String(orderListId)}`, legs);
  }

  #order({ symbol, ...name }: { symbol: string; origClientOrderId?: string; orderId?: string }) {
    const { client, ask, markets } = this.#context;
    return foundOrUndefined(async () => {
      const params = { ...name, symbol: markets().get(symbol).marketId };
      return this.#read(await ask(QUERY, () => client.privateGetOrder(params)));
    });
  }

  async #page<Row extends HistoryRow>(
    endpoint: 'privateGetAllOrders' | 'privateGetMyTrades',
    params: Record<string, unknown> & { symbol: string },
    read: (row: unknown) => Row,
  ): Promise<Row[]> {
    const { client, ask, markets } = this.#context;
    const symbol = markets().get(params.symbol).marketId;
    const reply = await ask(READ, () => client[endpoint]({ ...params, symbol, limit: BINANCE_PAGE }));
    return readReply(endpoint, rows, reply).map(read);
  }

  async #account() {
    const { client, ask } = this.#context;
    return readReply('account', account, await ask(READ, () => client.privateGetAccount({ omitZeroBalances: 'true' })));
  }

  #read(row: unknown): BinanceOrder {
    return readBinanceOrder(row, this.#context.markets());
  }

  #listOf(listId: string, reports: readonly unknown[]): VenueOrder {
    return mergeLegs(
      `list:${listId}`,
      reports.map((report) => this.#read(report)),
    );
  }
}

/** What the venue has; undefined where it says that there is no such thing. */
async function foundOrUndefined<Found>(ask: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof VenueFailureError && error.failure.kind === 'no_such_order') return undefined;
    throw error;
  }
}
