import { z } from 'zod';
import type { ApiKey } from '../core/account.js';
import type { MatchingEngine } from '../core/matching-engine.js';
import type { EngineEvent, SimFill } from '../core/sim-order.js';
import type { EndpointKind } from '../faults/fault-script.js';
import type { EventSocket } from '../server/event-socket.js';
import { gatewayPage } from '../server/request-front.js';
import type { ApiReply, ApiRequest, Trouble, VenueApi } from '../server/venue-api.js';
import type { VenueClock } from '../server/venue-clock.js';
import { BinanceKeys, signedTextOf, type SignedText } from './binance-account.js';
import type { BinanceEndpoint } from './binance-call.js';
import { BinanceError } from './binance-error.js';
import { BinanceParams } from './binance-params.js';
import { OrderLists } from './list-endpoints.js';
import { marketEndpoints } from './market-endpoints.js';
import { orderEndpoints, ReplaceError } from './order-endpoints.js';
import { LimitError, RequestWeight, type BinanceLimits } from './request-weight.js';
import { accountPosition, executionReport } from './user-stream.js';

const UNKNOWN = 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.';
const PING_MS = 20_000;

interface Subscription {
  readonly socket: EventSocket;
  readonly id: number;
  readonly account: string;
}

const questionSchema = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  method: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

/** Binance spot: REST, and the WebSocket API's user data stream. */
export class BinanceApi implements VenueApi {
  readonly name = 'binance';
  readonly engine: MatchingEngine;
  readonly #clock: VenueClock;
  readonly #keys = new BinanceKeys();
  readonly #weight: RequestWeight;
  readonly #endpoints: ReadonlyMap<string, BinanceEndpoint>;
  readonly #subscriptions = new Set<Subscription>();
  #lastSubscription = -1;
  #pingedAt = 0;

  constructor(engine: MatchingEngine, { clock, limits }: { clock: VenueClock; limits: BinanceLimits }) {
    this.engine = engine;
    this.#clock = clock;
    this.#weight = new RequestWeight(limits, () => clock.timerNow());
    const lists = new OrderLists();
    const endpoints = { ...marketEndpoints, ...orderEndpoints, ...lists.endpoints };
    this.#endpoints = new Map(Object.entries(endpoints));
    engine.records.listen((event) => this.#tell(event));
  }

  serves(path: string): boolean {
    return /^\/(api|sapi)\/|binance|^\/ws(-api)?(\/|$)/.test(path);
  }

  kindOf({ method, path }: ApiRequest): EndpointKind {
    return this.#endpoints.get(`${method} ${path}`)?.kind ?? 'other';
  }

  accountOf({ headers }: ApiRequest): string | undefined {
    return this.#keys.find(headers['x-mbx-apikey'])?.account;
  }

  watchers(): number {
    return this.#subscriptions.size;
  }

  addKey(key: ApiKey): void {
    this.#keys.add(key);
  }

  orderIdOf(id: number): string {
    return String(id);
  }

  tradeIdOf({ tradeId }: SimFill): string {
    return String(tradeId);
  }

  tick(): void {
    const now = this.#clock.timerNow();
    if (now - this.#pingedAt < PING_MS) return;
    this.#pingedAt = now;
    for (const { socket } of this.#subscriptions) socket.ping();
  }

  answer(request: ApiRequest): ApiReply {
    try {
      return { status: 200, body: this.#ask(request), headers: this.#weight.headers() };
    } catch (error) {
      if (error instanceof BinanceError) return this.#refusal(error);
      throw error;
    }
  }

  troubleReply(trouble: Trouble, { status, forMs }: { status?: number | undefined; forMs: number }): ApiReply {
    const wait = { 'retry-after': String(Math.max(1, Math.ceil(forMs / 1000))) };
    switch (trouble) {
      case 'maintenance':
        return { status: 503, body: { code: 1, msg: 'System is under maintenance.' } };
      case 'rate_limited':
        return { status: 429, body: errorJson(-1003, 'Too many requests.'), headers: wait };
      case 'banned':
        this.#weight.ban(forMs);
        return { status: 418, body: errorJson(-1003, 'Way too many requests; IP banned.'), headers: wait };
      case 'refused':
        if (status !== undefined) return gatewayPage(status);
        return { status: 503, body: errorJson(-1008, 'Server is currently overloaded with other requests.') };
      case 'unavailable':
        if (status !== undefined) return gatewayPage(status);
        return { status: 504, body: errorJson(-1007, UNKNOWN) };
    }
  }

  openSocket(path: string, socket: EventSocket): void {
    const isApi = path.includes('ws-api');
    socket.onMessage((message) => {
      const question = questionSchema.safeParse(message);
      if (isApi && question.success) this.#answerSocket(socket, question.data);
      // Public streams take subscriptions, and have nothing to say.
      else socket.reply({ result: null, id: question.data?.id ?? idOf(message) });
    });
    socket.onClose(() => {
      for (const each of this.#subscriptions) if (each.socket === socket) this.#subscriptions.delete(each);
    });
  }

  #ask({ method, path, query, body, headers }: ApiRequest): unknown {
    const endpoint = this.#endpoints.get(`${method} ${path}`);
    this.#weight.take(endpoint?.weight ?? 1);
    if (endpoint === undefined)
      throw new BinanceError(-1020, `This operation is not supported: ${method} ${path}`, 404);
    return this.#call(endpoint, signedTextOf(query, body), headers['x-mbx-apikey']);
  }

  #call(endpoint: BinanceEndpoint, signed: SignedText, keyName: string | undefined): unknown {
    const { engine } = this;
    const call = { engine, params: signed.params, nowMs: this.#clock.now() };
    if (endpoint.security === 'none') return endpoint.answer(call);
    const key = this.#keys.authorize(keyName, signed, call.nowMs);
    if (endpoint.security === 'trade' && !key.mayTrade) {
      throw new BinanceError(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    }
    if (endpoint.orders !== undefined) this.#weight.takeOrders(endpoint.orders);
    return endpoint.answer({ ...call, key });
  }

  #refusal(error: BinanceError): ApiReply {
    const wait =
      error instanceof LimitError ? { 'retry-after': String(Math.max(1, Math.ceil(error.waitMs / 1000))) } : {};
    const data = error instanceof ReplaceError ? { data: error.data } : {};
    return {
      status: error.status,
      body: { ...errorJson(error.code, error.message), ...data },
      headers: { ...this.#weight.headers(), ...wait },
    };
  }

  /** The WebSocket API signs the sorted parameters. */
  #answerSocket(socket: EventSocket, { id = null, method, params }: z.infer<typeof questionSchema>): void {
    try {
      const result = method === 'ping' ? {} : this.#askSocket(socket, method, params);
      socket.reply({ id, status: 200, result, rateLimits: [] });
    } catch (error) {
      if (!(error instanceof BinanceError)) throw error;
      socket.reply({ id, status: error.status, error: errorJson(error.code, error.message), rateLimits: [] });
    }
  }

  #askSocket(socket: EventSocket, method: string, params: Record<string, string | number | boolean>): unknown {
    const signed = signedParamsOf(params);
    const keyName = signed.params.find('apiKey');
    if (method === 'userDataStream.subscribe.signature') {
      const { account } = this.#keys.authorize(keyName, signed, this.#clock.now());
      this.#lastSubscription += 1;
      const subscription = { socket, id: this.#lastSubscription, account };
      this.#subscriptions.add(subscription);
      return { subscriptionId: subscription.id };
    }
    const route = socketRoutes[method];
    const endpoint = route === undefined ? undefined : this.#endpoints.get(route);
    if (endpoint === undefined) throw new BinanceError(-1020, `This operation is not supported: ${method}`);
    this.#weight.take(endpoint.weight);
    return this.#call(endpoint, signed, keyName);
  }

  #tell(event: EngineEvent): void {
    for (const { socket, id, account } of this.#subscriptions) {
      if (account !== event.order.account) continue;
      const what = `${event.change} of ${event.order.id}`;
      socket.event({ subscriptionId: id, event: executionReport(event) }, { account, what });
      socket.reply({ subscriptionId: id, event: accountPosition(event, this.engine) });
    }
  }
}

const socketRoutes: Readonly<Record<string, string>> = {
  'order.place': 'POST /api/v3/order',
  'order.status': 'GET /api/v3/order',
  'order.cancel': 'DELETE /api/v3/order',
  'order.cancelReplace': 'POST /api/v3/order/cancelReplace',
  'openOrders.status': 'GET /api/v3/openOrders',
  'openOrders.cancelAll': 'DELETE /api/v3/openOrders',
  'account.status': 'GET /api/v3/account',
  allOrders: 'GET /api/v3/allOrders',
  myTrades: 'GET /api/v3/myTrades',
  time: 'GET /api/v3/time',
};

function signedParamsOf(params: Record<string, string | number | boolean>): SignedText {
  const entries = Object.entries(params).map(([name, value]) => [name, String(value)] as const);
  const unsigned = entries.filter(([name]) => name !== 'signature').sort(([a], [b]) => (a < b ? -1 : 1));
  const text = unsigned.map(([name, value]) => `${name}=${value}`).join('&');
  return { text, signature: String(params['signature'] ?? ''), params: new BinanceParams(entries) };
}

function idOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'id' in message ? message.id : null;
}

function errorJson(code: number, msg: string) {
  return { code, msg };
}
