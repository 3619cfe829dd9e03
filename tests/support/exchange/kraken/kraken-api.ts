import type { ApiKey } from '../core/account.js';
import type { MatchingEngine } from '../core/matching-engine.js';
import type { SimFill } from '../core/sim-order.js';
import type { EndpointKind } from '../faults/fault-script.js';
import type { EventSocket } from '../server/event-socket.js';
import { gatewayPage } from '../server/request-front.js';
import type { ApiReply, ApiRequest, Trouble, VenueApi } from '../server/venue-api.js';
import type { VenueClock } from '../server/venue-clock.js';
import { accountEndpoints } from './account-endpoints.js';
import { KrakenParams, type DeadMan, type KrakenEndpoint } from './kraken-call.js';
import { KrakenError } from './kraken-error.js';
import { KrakenKeys } from './kraken-keys.js';
import { KrakenCounters, type KrakenLimits } from './kraken-limits.js';
import { txid } from './kraken-names.js';
import { KrakenSockets } from './private-sockets.js';
import { publicEndpoints } from './public-endpoints.js';
import { tradingEndpoints } from './trading-endpoints.js';

/** Kraken spot: REST, and the second version of its sockets. */
export class KrakenApi implements VenueApi, DeadMan {
  readonly name = 'kraken';
  readonly engine: MatchingEngine;
  readonly #clock: VenueClock;
  readonly #keys = new KrakenKeys();
  readonly #counters: KrakenCounters;
  readonly #sockets: KrakenSockets;
  readonly #endpoints: ReadonlyMap<string, KrakenEndpoint>;
  readonly #deadlines = new Map<string, number>();

  constructor(engine: MatchingEngine, { clock, limits }: { clock: VenueClock; limits: KrakenLimits }) {
    this.engine = engine;
    this.#clock = clock;
    this.#counters = new KrakenCounters(limits, () => clock.timerNow());
    this.#sockets = new KrakenSockets(engine, { keys: this.#keys, clock });
    const ofPath = (folder: string, endpoints: Readonly<Record<string, KrakenEndpoint>>) =>
      Object.entries(endpoints).map(([name, endpoint]) => [`/0/${folder}/${name}`, endpoint] as const);
    const privateEndpoints = { ...accountEndpoints, ...tradingEndpoints };
    this.#endpoints = new Map([...ofPath('public', publicEndpoints), ...ofPath('private', privateEndpoints)]);
  }

  serves(path: string): boolean {
    return /^\/0\/|kraken|^\/v2$/.test(path);
  }

  kindOf({ path }: ApiRequest): EndpointKind {
    return this.#endpoints.get(path)?.kind ?? 'other';
  }

  accountOf({ headers }: ApiRequest): string | undefined {
    return this.#keys.find(headers['api-key'])?.account;
  }

  addKey(key: ApiKey): void {
    this.#keys.add(key);
  }

  watchers(): number {
    return this.#sockets.size;
  }

  orderIdOf(id: number): string {
    return txid('O', id);
  }

  tradeIdOf({ sequence }: SimFill): string {
    return txid('T', sequence);
  }

  openSocket(_path: string, socket: EventSocket): void {
    this.#sockets.open(socket);
  }

  /** Cancels what has to be, and lets sockets know that they live. */
  tick(): void {
    const now = this.#clock.timerNow();
    for (const [account, at] of this.#deadlines) {
      if (now < at) continue;
      this.#deadlines.delete(account);
      for (const order of this.engine.openOrders(account)) this.engine.cancel(order, 'Cancel all orders after timeout');
    }
    this.#sockets.beat();
  }

  set(account: string, at: number | undefined): void {
    if (at === undefined) this.#deadlines.delete(account);
    else this.#deadlines.set(account, at);
  }

  answer(request: ApiRequest): ApiReply {
    try {
      return { status: 200, body: { error: [], result: this.#ask(request) } };
    } catch (error) {
      if (error instanceof KrakenError) return refusal(error.message);
      throw error;
    }
  }

  troubleReply(trouble: Trouble, { status, forMs }: { status?: number | undefined; forMs: number }): ApiReply {
    switch (trouble) {
      case 'maintenance':
        return refusal('EService:Unavailable');
      case 'rate_limited':
        return refusal('EAPI:Rate limit exceeded');
      case 'banned':
        this.#counters.lock(forMs);
        return refusal('EGeneral:Temporary lockout');
      case 'refused':
        return status === undefined ? refusal('EService:Busy') : gatewayPage(status);
      case 'unavailable':
        return gatewayPage(status ?? 520);
    }
  }

  #ask(request: ApiRequest): unknown {
    const endpoint = this.#endpoints.get(request.path);
    if (endpoint === undefined) throw new KrakenError('EGeneral:Unknown method');
    const params = paramsOf(request);
    const { engine } = this;
    const call = { engine, params, nowMs: this.#clock.now() };
    if (endpoint.security === 'none') return endpoint.answer(call);
    const key = this.#keys.authorize(request, params.find('nonce') ?? '');
    this.#counters.takeCall(key.key, endpoint.cost);
    if (endpoint.security === 'trade' && !key.mayTrade) throw new KrakenError('EGeneral:Permission denied');
    const timerNow = this.#clock.timerNow();
    return endpoint.answer({ ...call, key, keys: this.#keys, counters: this.#counters, deadMan: this, timerNow });
  }
}

function refusal(message: string): ApiReply {
  return { status: 200, body: { error: [message] } };
}

/** Of a query, a form or a JSON body. */
function paramsOf({ query, body, headers }: ApiRequest): KrakenParams {
  if (headers['content-type']?.includes('json') !== true) {
    return new KrakenParams([...new URLSearchParams(query), ...new URLSearchParams(body)]);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new KrakenError('EGeneral:Invalid arguments');
  }
  if (typeof parsed !== 'object' || parsed === null) throw new KrakenError('EGeneral:Invalid arguments');
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return new KrakenParams(Object.entries(parsed).map(([name, value]) => [name, text(value)] as const));
}
