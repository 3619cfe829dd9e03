import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock } from '@octant/platform/time/system-clock';
import type { Clock } from '@octant/platform/time/clock';
import { Decimal } from '@octant/trading/money/decimal';
import { BinanceApi } from '../binance/binance-api.js';
import { binanceLimits } from '../binance/request-weight.js';
import { MatchingEngine } from '../core/matching-engine.js';
import { binanceMarkets, binanceRules, krakenMarkets, krakenRules, type SimMarket } from '../core/sim-market.js';
import { FaultScript, venueNames, type VenueName } from '../faults/fault-script.js';
import { KrakenApi } from '../kraken/kraken-api.js';
import { krakenLimits } from '../kraken/kraken-limits.js';
import { answerControl } from './control-routes.js';
import { EventSocket } from './event-socket.js';
import { readRequest, RequestFront, write } from './request-front.js';
import type { VenueApi } from './venue-api.js';
import { VenueClock } from './venue-clock.js';
import { VenueControl } from './venue-control.js';
import { WebSocketConnection } from './web-socket.js';

export interface SimulatorOptions {
  /** 0, the default: any free one. */
  readonly port?: number;
  /** 127.0.0.1, the default; the control routes answer to this machine alone wherever it listens. */
  readonly host?: string;
  readonly seed?: number | string;
  readonly venues?: readonly VenueName[];
  readonly clock?: Clock;
  /** Whether the venues' rate limits hold. */
  readonly limits?: 'venue' | 'off';
  readonly markets?: Partial<Record<VenueName, readonly SimMarket[]>>;
}

const TICK_MS = 100;
const KEEP_ALIVE_MS = 120_000;
const unlimited = Number.MAX_SAFE_INTEGER;
const noBinanceLimits = {
  ...{ ...binanceLimits, weightPerMinute: unlimited, ordersPerTenSeconds: unlimited, ordersPerDay: unlimited },
};
const noKrakenLimits = { ...krakenLimits, calls: unlimited, orders: unlimited };

const notLocal = { status: 403, body: { error: 'control: expected a request from this machine' } };

/** Exchanges in one process. */
export class ExchangeSimulator {
  readonly faults: FaultScript;
  readonly #server: Server;
  readonly #front: RequestFront;
  readonly #venues = new Map<VenueName, VenueControl>();
  readonly #advance = { ms: 0 };
  readonly #ticking: NodeJS.Timeout;

  private constructor(options: SimulatorOptions) {
    const { seed = 1, venues = venueNames } = options;
    this.faults = new FaultScript(seed);
    this.#front = new RequestFront(this.faults);
    for (const name of venues) {
      const clock = new VenueClock(options.clock ?? systemClock, this.#advance);
      const api = this.#apiOf(name, clock, options);
      this.#venues.set(name, new VenueControl(api, { clock, seed: String(seed) }));
    }
    // Clients have to be the ones who close idle connections: otherwise a request may meet a reset that no rule asked for.
    const keepAlive = { keepAliveTimeout: KEEP_ALIVE_MS };
    this.#server = createServer(keepAlive, (request, response) => void this.#onRequest(request, response));
    this.#server.on('upgrade', (request, socket, head: Buffer) => this.#onUpgrade(request, socket, head));
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    this.#ticking.unref();
  }

  /** @throws Error when the port is taken. */
  static async open(options: SimulatorOptions = {}): Promise<ExchangeSimulator> {
    const simulator = new ExchangeSimulator(options);
    await new Promise<void>((resolve, reject) => {
      simulator.#server.once('error', reject);
      simulator.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1', () => {
        simulator.#server.off('error', reject);
        resolve();
      });
    });
    return simulator;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  venues(): readonly VenueControl[] {
    return [...this.#venues.values()];
  }

  /** @throws RangeError when it is not simulated. */
  venue(name: VenueName): VenueControl {
    const venue = this.#venues.get(name);
    if (venue === undefined) {
      throw new RangeError(`venue: expected one of ${[...this.#venues.keys()].join(', ')}, was ${name}`);
    }
    return venue;
  }

  /** Lets the venues' timers run so much further: bans, rate windows, dead-man switches, tokens. */
  advance(ms: number): void {
    this.#advance.ms += ms;
    this.#tick();
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    this.#front.close();
    for (const venue of this.#venues.values()) venue.closeSockets();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #tick(): void {
    for (const { api } of this.#venues.values()) api.tick();
  }

  #apiOf(name: VenueName, clock: VenueClock, { limits = 'venue', markets = {} }: SimulatorOptions): VenueApi {
    const now = () => clock.now();
    const fillShare = ({ account, id }: { account: string; id: number }) =>
      Decimal.of(this.faults.fillShare({ venue: name, account, what: `fill of ${id}` }));
    const areOff = limits === 'off';
    if (name === 'binance') {
      const rules = { rules: binanceRules, markets: markets.binance ?? binanceMarkets };
      const engine = new MatchingEngine({ ...rules, now, fillShare });
      return new BinanceApi(engine, { clock, limits: areOff ? noBinanceLimits : binanceLimits });
    }
    const rules = { rules: krakenRules, markets: markets.kraken ?? krakenMarkets };
    const engine = new MatchingEngine({ ...rules, now, fillShare });
    return new KrakenApi(engine, { clock, limits: areOff ? noKrakenLimits : krakenLimits });
  }

  async #onRequest(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await readRequest(message, response);
      if (request === undefined) return;
      if (request.path.startsWith('/control/')) {
        write(response, isLocal(message) ? answerControl(this, request) : notLocal);
        return;
      }
      const venue = this.#servedBy(request.path);
      if (venue === undefined) write(response, { status: 404, body: { error: `path: no venue has ${request.path}` } });
      else await this.#front.handle(venue, request, response);
    } catch (error) {
      // A client that hung up while it spoke is no concern of ours; anything else is a bug of the simulator.
      if (message.destroyed && !message.complete) return;
      write(response, { status: 599, body: { error: error instanceof Error ? error.stack : String(error) } });
    }
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const [path = '/'] = (request.url ?? '/').split('?');
    const venue = this.#servedBy(path);
    if (venue === undefined || venue.isInMaintenance) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
      return;
    }
    const connection = new WebSocketConnection(request, socket, head);
    const events = new EventSocket(connection, { faults: this.faults, venue: venue.name });
    venue.sockets.add(events);
    events.onClose(() => venue.sockets.delete(events));
    venue.api.openSocket(path, events);
  }

  #servedBy(path: string): VenueControl | undefined {
    return this.venues().find(({ api }) => api.serves(path));
  }
}

function isLocal({ socket }: IncomingMessage): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}
