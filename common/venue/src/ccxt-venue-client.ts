import { loadCcxtClass } from '@octant/platform/ccxt/load-ccxt-class';
import { redirectUrls } from '@octant/platform/ccxt/redirect-urls';
import type { Secret } from '@octant/platform/config/secret';
import { PermanentError } from '@octant/platform/errors/errors';
import type { TracedClient } from './ccxt-reply.js';

type Params = Record<string, unknown>;

/** Endpoints that ccxt signs and sends, and whose answers it gives as they are. */
type Endpoint =
  | 'publicGetTime'
  | `privateGet${'Order' | 'OrderList' | 'OpenOrders' | 'AllOrders' | 'MyTrades' | 'Account'}`
  | 'privatePostOrderListOco'
  | 'privateDeleteOrderList'
  | 'sapiGetAccountApiRestrictions'
  | `privatePost${'OpenOrders' | 'ClosedOrders' | 'QueryOrders' | 'TradesHistory' | 'BalanceEx' | 'GetApiKeyInfo'}`;

/** The part of a ccxt exchange, with sockets, that a venue uses. */
export interface CcxtVenueClient
  extends TracedClient, Readonly<Record<Endpoint, (params: Params) => Promise<unknown>>> {
  number: (text: string) => unknown;
  has: Params;
  urls: Params;
  markets: Readonly<Record<string, unknown>> | undefined;
  last_response_headers: unknown;
  nonce: () => number;
  amountToPrecision: (symbol: string, amount: unknown) => unknown;
  priceToPrecision: (symbol: string, price: unknown) => unknown;
  handleMessage: (socket: unknown, message: unknown) => void;
  /** The socket of that URL, made where there is none. */
  client: (url: string) => CcxtSocket;
  setSandboxMode(enabled: boolean): void;
  loadHttpProxyAgent(): Promise<unknown>;
  loadMarkets(reload: boolean, params: Params): Promise<unknown>;
  safeCurrencyCode(id: string): unknown;
  createOrder(
    ...order: readonly [
      symbol: string,
      type: string,
      side: string,
      amount: string,
      price: string | undefined,
      params: Params,
    ]
  ): Promise<unknown>;
  editOrder(
    ...change: readonly [
      id: string,
      symbol: string,
      type: string,
      side: string | undefined,
      amount: string | undefined,
      price: string | undefined,
    ]
  ): Promise<unknown>;
  fetchTickers(symbols: readonly string[]): Promise<unknown>;
  cancelOrder(id: string, symbol: string): Promise<unknown>;
  cancelAllOrdersAfter(ms: number): Promise<unknown>;
  watchOrders(symbol?: string, since?: number, limit?: number, params?: Params): Promise<unknown>;
  close(): Promise<void>;
}

/** The part of one of ccxt's sockets that is changed here. */
export interface CcxtSocket {
  /** What waits for an answer of that name. */
  future: (name: string) => Promise<unknown>;
}

/** Keys of the account; only opening the client reveals them. */
export interface VenueKeys {
  readonly apiKey: Secret;
  readonly secret: Secret;
  readonly password?: Secret | undefined;
}

export interface CcxtClientOptions {
  readonly id: string;
  readonly keys: VenueKeys;
  /** The venue's own place for trying things out, where it has one. */
  readonly sandbox: boolean;
  /** Another host for all of its endpoints. */
  readonly apiUrl: string | undefined;
  /** ccxt spaces requests itself; a shared budget does it better. */
  readonly pacesItself: boolean;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/**
 * ccxt's own class of one exchange, for spot. Numbers stay the text that the venue sent, and the text that it is given goes
 * out unchanged: ccxt's rounding counts in doubles, ours was done before in exact decimals.
 *
 * @throws PermanentError `unknown_exchange`; `no_sandbox` where the venue has none.
 */
export async function openCcxtClient(options: CcxtClientOptions): Promise<CcxtVenueClient> {
  const { id, keys, apiUrl } = options;
  const Exchange = await loadCcxtClass<CcxtVenueClient>(id, true);
  const client = new Exchange({
    apiKey: keys.apiKey.reveal(),
    secret: keys.secret.reveal(),
    ...(keys.password === undefined ? {} : { password: keys.password.reveal() }),
    enableRateLimit: options.pacesItself,
    timeout: options.timeoutMs,
    // A socket that is dead without a word is found out within three of these.
    streaming: { keepAlive: 10_000 },
    options: {
      fetchMarkets: { types: ['spot'] },
      fetchMargins: false,
      // The feed waits by itself before it connects again.
      ws: { backoff: { base: 1, max: 1 } },
    },
  });
  client.number = String;
  client.has['fetchCurrencies'] = false;
  client.amountToPrecision = asIs;
  client.priceToPrecision = asIs;
  client.nonce = risingNonce(options.now);
  handleLostFutures(client);
  if (options.sandbox) enterSandbox(client, id);
  if (apiUrl !== undefined) {
    client.urls['api'] = redirectUrls(client.urls['api'], apiUrl);
    if (apiUrl.startsWith('http:')) await client.loadHttpProxyAgent();
  }
  return client;
}

function asIs(_symbol: string, number: unknown): unknown {
  return number;
}

/** Two requests of one millisecond must not have the same nonce: venues refuse the second. */
function risingNonce(now: () => number): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, now());
    return last;
  };
}

/**
 * ccxt makes futures that nobody awaits, as the one of a subscription in progress, and rejects all of them when a socket is
 * lost; an unhandled rejection would end the process. Whoever does await one is rejected as before.
 */
function handleLostFutures(client: CcxtVenueClient): void {
  const changed = new WeakSet<CcxtSocket>();
  const socketOf = client.client.bind(client);
  client.client = (url) => {
    const socket = socketOf(url);
    if (changed.has(socket)) return socket;
    changed.add(socket);
    const futureOf = socket.future.bind(socket);
    socket.future = (name) => {
      const future = futureOf(name);
      future.catch(() => undefined);
      return future;
    };
    return socket;
  };
}

/** Some classes know a place for trying things out, but not for spot. */
function enterSandbox(client: CcxtVenueClient, id: string): void {
  const noSandbox = (cause?: unknown): PermanentError =>
    new PermanentError(`sandbox of ${id}: expected a venue that has one for spot, was ${id}`, {
      code: 'no_sandbox',
      cause,
    });
  try {
    client.setSandboxMode(true);
  } catch (error) {
    throw noSandbox(error);
  }
  const urls = client.urls['api'] as { readonly public?: unknown };
  if (typeof urls.public !== 'string') throw noSandbox();
}
