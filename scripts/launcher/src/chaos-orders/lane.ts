import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@octant/platform/bus/bus';
import { seededRandom } from '@octant/trading/market/random';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { openCcxtVenue } from '@octant/venue/open-ccxt-venue';
import type { Venue } from '@octant/venue/venue';
import { venueClientOrderId } from '@octant/venue/venue-client-order-id';
import { Secret } from '@octant/platform/config/secret';
import { systemClock } from '@octant/platform/time/system-clock';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { VenueDesk } from './desk.js';
import { BASE_PRICES, PRICE_STEPS, QUOTE, type ChaosVenue } from './plan/market.js';
import type { PlannedOrder } from './plan/orders.js';
import type { Simulator } from './simulator.js';

const PRICE_MS = 250;
const OPEN_PATIENCE_MS = 45_000;
const POLL_MS = 30;
/** Between two orders. */
const GAP_MS = 40;

export interface LaneParts {
  readonly venue: ChaosVenue;
  readonly seed: number;
  readonly desk: VenueDesk;
  readonly simulator: Simulator;
  readonly redis: Redis;
  readonly prefix: string;
  readonly bus: Bus;
  readonly orders: readonly PlannedOrder[];
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** One venue's market, orders and desk during a run. */
export class Lane {
  readonly parts: LaneParts;
  readonly published: string[] = [];
  readonly planted: string[] = [];
  readonly #random: () => number;
  readonly #stranger: Venue;
  #moving: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  private constructor(parts: LaneParts, stranger: Venue) {
    this.parts = parts;
    this.#stranger = stranger;
    this.#random = seededRandom(`${parts.seed}:${parts.venue}:lane`);
  }

  static async open(parts: LaneParts): Promise<Lane> {
    const { venue, simulator, logger } = parts;
    const { apiKey, secret } = await simulator.openKey('stranger');
    const stranger = await openCcxtVenue({
      ...{ id: venue, keys: { apiKey: new Secret(apiKey), secret: new Secret(secret) } },
      ...{ clock: systemClock, logger, sandbox: false, apiUrl: simulator.url, limits: undefined },
    });
    const lane = new Lane(parts, stranger);
    for (const [base, { price, depth }] of Object.entries(BASE_PRICES)) {
      await simulator.setPrice(symbolOf(base), price);
      await simulator.setDepth(symbolOf(base), depth);
    }
    return lane;
  }

  /** The prices go up and down from now on. */
  moveMarket(): void {
    this.#moving ??= this.#move();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#moving;
    await this.#stranger.close();
  }

  get left(): number {
    return this.parts.orders.length - this.published.length;
  }

  /** Publishes the next orders, as many as are left at most; each tenth or so comes twice. */
  async publish(count: number): Promise<void> {
    const { orders, signal } = this.parts;
    for (const order of orders.slice(this.published.length, this.published.length + count)) {
      signal.throwIfAborted();
      this.published.push(order.orderId);
      await this.#publishOne(order);
      await sleep(GAP_MS);
    }
  }

  /** Resolves when the desk may add exposure; what is published before it may would be denied. */
  async opened(): Promise<void> {
    const { desk, signal, venue } = this.parts;
    const endMs = performance.now() + OPEN_PATIENCE_MS;
    for (let why: string | undefined = 'was not asked'; why !== undefined;) {
      signal.throwIfAborted();
      if (performance.now() > endMs) {
        throw new Error(`expected the executor of ${venue} to add exposure again within 45 s, was: ${why}`);
      }
      why = await desk.whyClosed().catch(() => 'no answer');
      if (why !== undefined) await sleep(POLL_MS);
    }
  }

  /** Places an order past the desk, with a client id like the desk's own. */
  async plantOrphan(): Promise<void> {
    const { venue } = this.parts;
    const bases = Object.entries(BASE_PRICES);
    const [base, market] = bases[Math.floor(this.#random() * bases.length)] ?? ['BTC', undefined];
    if (market === undefined) return;
    const clientOrderId = venueClientOrderId(venue, `orphan.${this.planted.length}`);
    this.planted.push(clientOrderId);
    await this.#stranger.place({
      ...{ clientOrderId, symbol: symbolOf(base), side: 'buy', qty: market.unitQty },
      // So far below that it never fills.
      kind: {
        type: 'limit',
        price: formatDecimal(Decimal.of(market.price).times('0.5')),
        timeInForce: 'gtc',
        postOnly: false,
      },
    });
  }

  async #publishOne({ orderId, symbol, side, qty, referencePrice, twice }: PlannedOrder): Promise<void> {
    const { bus, redis, prefix } = this.parts;
    const payload = {
      ...{ orderId, symbol, side, qty, type: 'market', referencePrice },
      ...{ requestId: orderId, sessionId: 'chaos', timeframe: '1h', notBeforeMs: Date.now(), haltVersion: 0 },
      approval: { requestId: orderId, riskScore: 0.1 },
      ...{ traceId: '0af7651916cd43dd8448eb211c80319c', ts: new Date().toISOString() },
    };
    await bus.publish({ stream: 'exec.orders', type: 'order', id: `order:${orderId}`, payload });
    if (!twice) return;
    const [last] = await redis.xrevrange(`${prefix}exec.orders`, '+', '-', 'COUNT', 1);
    if (last !== undefined) await redis.xadd(`${prefix}exec.orders`, '*', ...last[1]);
  }

  async #move(): Promise<void> {
    const { simulator } = this.parts;
    const { signal } = this.#stopping;
    for (let step = 0; !signal.aborted; step += 1) {
      const ratio = PRICE_STEPS[step % PRICE_STEPS.length] ?? '1';
      for (const [base, { price }] of Object.entries(BASE_PRICES)) {
        await simulator.setPrice(symbolOf(base), formatDecimal(Decimal.of(price).times(ratio)));
      }
      await sleep(PRICE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function symbolOf(base: string): string {
  return `${base}-${QUOTE}`;
}
