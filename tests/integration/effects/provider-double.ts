import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { EffectRequest, LookUpAnswer } from '@octant/platform/effects/provider-effect';
import { NotDoneError } from '@octant/platform/effects/not-done-error';

export interface Order {
  readonly orderId: number;
}

/** What the provider does with the next request. */
export type Mood = 'fine' | 'refuse' | 'throttle' | '500 before' | '500 after' | 'hang up after' | 'hang after';

/**
 * A venue over HTTP: `POST /orders` takes an order by client id and refuses it when its time has passed, `GET
 * /orders/<id>` looks it up. It does not notice an order that comes twice: each is an effect.
 */
export class ProviderDouble {
  readonly #server: Server;
  readonly #moods: Mood[] = [];
  readonly effects: string[] = [];
  requests = 0;
  lookUps = 0;
  /** Answers to look-ups: 503 while true. */
  blind = false;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response);
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The next requests go so; after them all is fine. */
  next(...moods: readonly Mood[]): void {
    this.#moods.push(...moods);
  }

  timesDone(key: string): number {
    return this.effects.filter((done) => done === key).length;
  }

  /** A client as an agent would have one: what it throws says what is known. */
  readonly send = async (request: EffectRequest): Promise<Order> => {
    const response = await fetch(this.#url(`/orders?id=${request.key}&expires=${String(request.expiresAtMs ?? '')}`), {
      method: 'POST',
      signal: request.signal,
    });
    if (response.status === 422) throw new PermanentError('expected funds, was none', { code: 'insufficient_funds' });
    if (response.status === 429) throw new NotDoneError('expected patience', { code: 'throttled', retryAfterMs: 7 });
    if (!response.ok) throw new TransientError(`expected 200, was ${response.status}`, { code: 'venue_failed' });
    return (await response.json()) as Order;
  };

  readonly lookUp = async (key: string): Promise<LookUpAnswer<Order>> => {
    const response = await fetch(this.#url(`/orders/${key}`));
    if (response.status === 404) return { outcome: 'not_found' };
    if (!response.ok) throw new TransientError(`expected 200 or 404, was ${response.status}`, { code: 'venue_failed' });
    return { outcome: 'found', confirmation: (await response.json()) as Order };
  };

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://venue');
    if (request.method === 'GET') this.#answerLookUp(url.pathname.slice('/orders/'.length), response);
    else this.#answerOrder(url.searchParams, response);
  }

  #answerLookUp(key: string, response: ServerResponse): void {
    this.lookUps += 1;
    if (this.blind) return reply(response, 503);
    const index = this.effects.indexOf(key);
    reply(response, index < 0 ? 404 : 200, { orderId: index + 1 });
  }

  #answerOrder(query: URLSearchParams, response: ServerResponse): void {
    this.requests += 1;
    const mood = this.#moods.shift() ?? 'fine';
    const expires = query.get('expires') ?? '';
    if (mood === 'refuse') return reply(response, 422);
    if (mood === 'throttle') return reply(response, 429);
    if (mood === '500 before') return reply(response, 500);
    if (expires !== '' && Date.now() > Number(expires)) return reply(response, 408);
    const orderId = this.effects.push(query.get('id') ?? '');
    if (mood === 'hang after') return;
    if (mood === 'hang up after') response.destroy();
    else reply(response, mood === '500 after' ? 500 : 200, { orderId });
  }

  #url(path: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}${path}`;
  }
}

function reply(response: ServerResponse, status: number, body: unknown = {}): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
