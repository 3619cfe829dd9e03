import { loadCcxtClass } from '../../agents/market-analyst/src/adapters/ccxt-classes.js';
import type { VenueName } from './exchange/faults/fault-script.js';

/** The part of a ccxt order that tests look at. */
export interface CcxtOrder {
  readonly id: string;
  readonly clientOrderId?: string;
  readonly status?: string;
  readonly symbol?: string;
  readonly side?: string;
  readonly type?: string;
  readonly amount?: string;
  readonly filled?: string;
  readonly price?: string;
  readonly info: Record<string, unknown>;
}

export interface CcxtTrade {
  readonly id: string;
  readonly order?: string;
  readonly symbol: string;
  readonly side: string;
  readonly amount: string;
  readonly price: string;
  readonly takerOrMaker?: string;
  readonly fee?: { readonly cost: string; readonly currency: string };
  readonly info: Record<string, unknown>;
}

type Params = Record<string, unknown>;

interface CcxtSocket {
  future: (hash: string) => Promise<unknown>;
}

/** The part of a ccxt class that tests call. */
export interface CcxtClient {
  timeout: number;
  number: (text: string) => unknown;
  nonce: () => number;
  client: (url: string) => CcxtSocket;
  urls: Record<string, unknown>;
  options: Record<string, unknown>;
  last_response_headers: Record<string, string> | undefined;
  loadMarkets(): Promise<Record<string, { precision: Params; limits: Params; active: boolean }>>;
  loadHttpProxyAgent(): Promise<unknown>;
  fetchTime(): Promise<number>;
  fetchBalance(): Promise<Record<string, { free: string; used: string; total: string }>>;
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: string,
    price?: string,
    params?: Params,
  ): Promise<CcxtOrder>;
  editOrder(
    id: string,
    symbol: string,
    type: string,
    side: string,
    amount?: string,
    price?: string,
    params?: Params,
  ): Promise<CcxtOrder>;
  cancelOrder(id: string, symbol?: string, params?: Params): Promise<CcxtOrder>;
  createOrderWs: CcxtClient['createOrder'];
  cancelOrderWs(id: string, symbol: string): Promise<CcxtOrder>;
  cancelAllOrders(symbol?: string): Promise<unknown>;
  cancelAllOrdersAfter(ms: number): Promise<unknown>;
  fetchOrder(id: string | undefined, symbol: string, params?: Params): Promise<CcxtOrder>;
  fetchOrders(symbol: string, since?: number, limit?: number, params?: Params): Promise<CcxtOrder[]>;
  fetchOpenOrders(symbol?: string, since?: number, limit?: number, params?: Params): Promise<CcxtOrder[]>;
  fetchClosedOrders(symbol?: string, since?: number, limit?: number, params?: Params): Promise<CcxtOrder[]>;
  fetchMyTrades(symbol?: string, since?: number, limit?: number, params?: Params): Promise<CcxtTrade[]>;
  fetchOHLCV(symbol: string, timeframe: string): Promise<unknown[][]>;
  fetchTicker(symbol: string): Promise<{ last: string }>;
  watchOrders(symbol?: string): Promise<CcxtOrder[]>;
  /** Binance's handler of executionReport. */
  handleOrderUpdate: (socket: unknown, message: Params) => void;
  watchMyTrades(symbol?: string): Promise<CcxtTrade[]>;
  watchBalance(): Promise<Record<string, { free?: string; used?: string; total?: string }>>;
  sapiGetAccountApiRestrictions(): Promise<Params>;
  privatePostOrderListOco(params: Params): Promise<Params>;
  privateGetOrderList(params: Params): Promise<Params>;
  privatePostGetApiKeyInfo(): Promise<{ result: Params }>;
  close(): Promise<void>;
}

export interface CcxtClientOptions {
  readonly url: string;
  readonly venue: VenueName;
  readonly apiKey?: string;
  readonly secret?: string;
  /** Milliseconds that it waits for an answer. */
  readonly timeoutMs?: number;
}

/** ccxt's own class, sockets included, of which nothing but the URLs is changed. Numbers stay text, without zeros at the end. */
export async function openCcxtClient({
  url,
  venue,
  apiKey,
  secret,
  timeoutMs,
}: CcxtClientOptions): Promise<CcxtClient> {
  const Exchange = (await loadCcxtClass(venue, true)) as unknown as new (options: Params) => CcxtClient;
  const client = new Exchange({
    ...{ apiKey, secret, enableRateLimit: false, timeout: timeoutMs ?? 5000 },
    options: { fetchMarkets: { types: ['spot'] } },
  });
  client.number = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  client.urls['api'] = redirected(client.urls['api'], url);
  if (venue === 'kraken') client.nonce = risingNonce();
  silenceFutures(client);
  await client.loadHttpProxyAgent();
  return client;
}

/**
 * When a socket cannot be opened, ccxt rejects a promise of Binance's subscription that nobody holds, and an unhandled
 * rejection ends a process. Whoever waits for it is thrown at all the same.
 */
function silenceFutures(client: CcxtClient): void {
  const open = client.client.bind(client);
  const known = new WeakSet<CcxtSocket>();
  client.client = (url) => {
    const socket = open(url);
    if (known.has(socket)) return socket;
    known.add(socket);
    const future = socket.future.bind(socket);
    socket.future = (hash) => {
      const promise = future(hash);
      promise.catch(() => undefined);
      return promise;
    };
    return socket;
  };
}

/** ccxt's own is the time in ms, which two requests of one ms would share. */
function risingNonce(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now());
    return last;
  };
}

/** The same paths at another host; of sockets the host goes on as the first part of the path. */
function redirected(urls: unknown, base: string): unknown {
  if (typeof urls === 'string') {
    const { protocol, hostname, pathname } = new URL(urls);
    const path = pathname.replace(/\/$/, '');
    return protocol === 'https:' ? `${base}${path}` : `${base.replace('http', 'ws')}/${hostname}${path}`;
  }
  if (typeof urls !== 'object' || urls === null) return urls;
  return Object.fromEntries(Object.entries(urls).map(([name, each]) => [name, redirected(each, base)]));
}
