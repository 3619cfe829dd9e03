import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@octant/platform/config/secret';
import { systemClock } from '@octant/platform/time/system-clock';
import { pino } from 'pino';
import { openCcxtVenue } from '../open-ccxt-venue.js';
import type { VenueLimits } from '../venue-requests.js';
import type { Venue } from '../venue.js';
import { binanceMarkets, krakenMarkets } from './venue-replies.js';

/** A request as it came over the wire; of signatures, keys and nonces only whether they were there. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly signed: boolean;
}

export interface CannedReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is no string is sent as JSON. */
  readonly body: unknown;
}

/** Answers one request; undefined breaks the connection without an answer. */
export type Answer = (request: RecordedRequest) => CannedReply | undefined;

const HIDDEN = new Set(['signature', 'nonce', 'timestamp', 'recvWindow', 'deadline']);

/** An HTTP server that answers as it is told, and remembers what it was asked. */
export class RecordingVenue {
  readonly requests: RecordedRequest[] = [];
  /** With the times that change from run to run, which are left out of the requests. */
  readonly times: Readonly<Record<string, string>>[] = [];
  readonly #answers = new Map<string, Answer>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(): Promise<RecordingVenue> {
    const server = createServer();
    const recording = new RecordingVenue(server);
    server.on('request', (request: IncomingMessage, response) => {
      void bodyOf(request).then((body) => {
        const recorded = recording.#record(request, body);
        const reply = recording.#answers.get(`${recorded.method} ${recorded.path}`)?.(recorded);
        if (reply === undefined) {
          response.destroy();
          return;
        }
        const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
        response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers }).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    recording.answer('GET /api/v3/exchangeInfo', () => ({ body: binanceMarkets }));
    recording.answer('GET /0/public/AssetPairs', () => ({ body: krakenMarkets }));
    return recording;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  answer(endpoint: string, answer: Answer): void {
    this.#answers.set(endpoint, answer);
  }

  /** What it was asked but for the list of markets, which is asked first. */
  asked(): readonly RecordedRequest[] {
    return this.requests.filter(({ path }) => !/exchangeInfo|AssetPairs/.test(path));
  }

  async open(id: string, limits?: VenueLimits): Promise<Venue> {
    return openCcxtVenue({
      ...{ id, apiUrl: this.url, clock: systemClock, logger: pino({ level: 'silent' }), timeoutMs: 2_000 },
      keys: { apiKey: new Secret('test-key'), secret: new Secret('dGVzdC1zZWNyZXQ=') },
      limits: limits ?? unlimited,
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #record(request: IncomingMessage, body: string): RecordedRequest {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const form = new URLSearchParams(isJson(request) ? '' : body);
    const json = isJson(request) ? (JSON.parse(body) as Record<string, unknown>) : {};
    const all = Object.entries({ ...Object.fromEntries(searchParams), ...Object.fromEntries(form), ...json });
    const recorded: RecordedRequest = {
      method: request.method ?? '',
      path: pathname,
      params: textsOf(all.filter(([name]) => !HIDDEN.has(name))),
      signed: all.some(([name]) => name === 'signature') || request.headers['api-sign'] !== undefined,
    };
    this.requests.push(recorded);
    this.times.push(textsOf(all.filter(([name]) => ['timestamp', 'recvWindow', 'deadline', 'nonce'].includes(name))));
    return recorded;
  }
}

/** Gives everything. */
export const unlimited: VenueLimits = {
  requests: { take: () => Promise.resolve(), feedBack: () => Promise.resolve() },
  orders: { take: () => Promise.resolve(), feedBack: () => Promise.resolve() },
  weights: { markets: 20, order: 1, cancel: 1, query: 4, history: 20 },
};

function textsOf(entries: readonly (readonly [string, unknown])[]): Record<string, string> {
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function isJson(request: IncomingMessage): boolean {
  return request.headers['content-type'] === 'application/json';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
