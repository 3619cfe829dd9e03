import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { Sql } from '@octant/platform/postgres/sql';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { tradeExecutorConfig } from '@octant/trading/config/agent-configs';
import { anInstrument, someInstruments } from '@octant/trading/testing/an-instrument';
import { seededRandom } from '@octant/trading/market/random';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { OrderAnswer } from '../account/take-order.js';
import type { BooksWork } from '../live/books-work.js';
import { ExposureGate } from '../live/exposure-gate.js';
import type { LiveCrashPoint, LiveFailpoint } from '../live/crash-points.js';
import type { LiveDesk } from '../live/live-desk.js';
import { LiveMachine } from '../live/live-machine.js';
import { liveMetrics } from '../live/live-metrics.js';
import { liveSettingsOf, type LiveSettings } from '../live/live-settings.js';
import { SharedTurns, type Turn } from '../live/shared-turns.js';
import { takeLiveOrder, type LiveSubmission } from '../live/take-live-order.js';
import { executorMetrics } from '../metrics.js';
import { isDeskClientOrderId, venueClientOrderId } from '@octant/venue/venue-client-order-id';
import type { VenueMarket } from '@octant/venue/venue';
import { CLOSE_MS } from './a-desk.js';
import { MemoryLiveStore } from './memory-live-store.js';
import { MemoryVenue, type MemoryVenueOptions } from './memory-venue.js';
import { mortal, type Life } from './mortal.js';

const INSTRUMENTS = someInstruments(anInstrument(), anInstrument({ symbol: 'ETH-USDT' }));

const MARKETS: readonly VenueMarket[] = ['BTC-USDT', 'ETH-USDT'].map((symbol) => ({
  symbol,
  base: symbol.slice(0, 3),
  quote: 'USDT',
  tickSize: '0.01',
  lotSize: '0.0001',
  minQty: undefined,
  maxQty: '1000',
  minNotional: '1',
  active: true,
}));

/** Points of what outcomes, fills and sightings share. */
const TURN_POINT = /^(outcome|fill|sighting)\.(uncommitted|after)$/;

export interface LiveWorldOptions {
  readonly seed?: number;
  readonly settings?: Partial<LiveSettings>;
  readonly venue?: Partial<MemoryVenueOptions>;
  /** Books open with it. */
  readonly startEquityQuote?: string;
  /** What `OCTANT_LIVE` says. */
  readonly liveVariable?: string | undefined;
  /** Dies at this point when it is passed for the so-manieth time, over all lives. */
  readonly dieAt?: { readonly point: LiveCrashPoint; readonly time: number };
  /** Dies at any point with this chance. */
  readonly mortality?: number;
  /** What notes outcomes and fills goes on for so long after its commit, so that the next ones share a transaction. */
  readonly turnMs?: number;
}

/** A live desk in virtual time whose process may die and start again over the same store and venue. */
export class LiveWorld {
  readonly clock = new VirtualClock(CLOSE_MS);
  readonly store: MemoryLiveStore;
  readonly venue: MemoryVenue;
  readonly registry = new Registry();
  readonly passed = new Map<LiveCrashPoint, number>();
  readonly random: () => number;
  /** Chance to die at any point. */
  mortality: number;
  deaths = 0;
  /** Transactions of more than one outcome, fill or sighting; and deaths within one. */
  shared = 0;
  sharedDeaths = 0;
  machine: LiveMachine;
  readonly #options: LiveWorldOptions;
  readonly #metrics;
  #life: Life = { dead: false };
  #isShared = false;
  #stopping = new AbortController();

  constructor(options: LiveWorldOptions = {}) {
    this.#options = options;
    this.random = seededRandom(options.seed ?? 1);
    this.mortality = options.mortality ?? 0;
    this.store = new MemoryLiveStore(() => this.clock.now());
    this.venue = new MemoryVenue({
      clock: this.clock,
      random: this.random,
      balances: { USDT: '100000', BTC: '3', ETH: '0' },
      markets: MARKETS,
      ...options.venue,
    });
    this.#metrics = liveMetrics(this.registry, executorMetrics(this.registry, 'binance'), 'binance');
    this.machine = this.#aMachine();
  }

  /** Opens the account, confirms live trading, and waits until exposure may be added. */
  async start(): Promise<void> {
    await this.machine.open();
    await this.store.transact((live) => live.confirmLive('admin'));
    await this.machine.checkInterlock();
    this.machine.begin();
    await this.advance(3000);
  }

  /** Takes an order as the handler does when all goes well. */
  async submit(fields: Partial<LiveSubmission> & { readonly orderId: string }): Promise<OrderAnswer> {
    const requestId = fields.requestId ?? fields.orderId;
    const order: LiveSubmission = {
      symbol: 'BTC-USDT',
      side: 'buy',
      qty: '1',
      requestId,
      sessionId: 's1',
      traceId: 'trace',
      timeframe: '1h',
      referencePrice: '100',
      notBeforeMs: this.clock.now(),
      haltVersion: 0,
      ts: new Date(this.clock.now()).toISOString(),
      verdict: { approval: { requestId, riskScore: 0.1 } },
      ...fields,
    };
    let answer: (() => OrderAnswer) | undefined;
    await this.deliver((desk) => {
      const taken = takeLiveOrder(desk, order);
      ({ answer } = taken);
      return taken.result;
    });
    if (answer === undefined) throw new Error('expected an answer, was none');
    return answer();
  }

  /** Hands a message to the process, again and again until its effect is there, as the bus does. */
  async deliver(handle: (desk: LiveDesk) => HandlerResult): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      if (this.#life.dead) await this.#rise();
      try {
        await this.commit(handle(this.machine.desk));
        return;
      } catch (error) {
        if (!this.#life.dead || tries > 20) throw error;
      }
    }
  }

  /** Does with a handler's result what the bus does: effect and messages in one transaction. */
  async commit(result: HandlerResult): Promise<void> {
    await this.store.transact(async (live) => {
      const outputs = (await result.transaction?.(live as unknown as Sql)) ?? [];
      await live.publish(
        outputs.map((message) => ({ ...message, id: message.id ?? '' })),
        'trace',
      );
    });
    result.onCommitted?.();
  }

  /** Moves time on; schedules run as they are due, and a dead process is started again a little later. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.clock.now() + ms;
    while (this.clock.now() < untilMs) {
      await this.clock.advance(Math.min(100, untilMs - this.clock.now()));
      await settled();
      if (this.#life.dead) await this.#rise();
    }
  }

  /** Runs until nothing is open, with a limit. */
  async drain(limitMs = 600_000): Promise<void> {
    const untilMs = this.clock.now() + limitMs;
    do await this.advance(1000);
    while ((await this.store.openOrders()).length > 0 && this.clock.now() < untilMs);
    await this.advance(5000);
  }

  kill(): void {
    this.#life.dead = true;
    this.deaths += 1;
    this.store.crash();
    this.#stopping.abort();
  }

  /** A process that starts anew, with nothing but what is in the store. */
  async #rise(): Promise<void> {
    this.#life = { dead: false };
    this.#stopping = new AbortController();
    this.machine = this.#aMachine();
    await this.machine.open();
    this.machine.begin();
  }

  #aMachine(): LiveMachine {
    const life = this.#life;
    const machine = new LiveMachine({
      desk: {
        store: mortal(this.store, life),
        venue: mortal(this.venue, life),
        gate: new ExposureGate(),
        metrics: this.#metrics,
        clock: this.clock,
        logger: pino({ level: 'silent' }),
        settings: () => ({ ...SETTINGS, ...this.#options.settings }),
        instruments: () => INSTRUMENTS,
        announce: () => undefined,
        clientIds: {
          of: (orderId) => venueClientOrderId(this.venue.id, orderId),
          isOurs: (text) => isDeskClientOrderId(this.venue.id, text),
        },
        books: new CountedTurns((isShared) => {
          this.#isShared = isShared;
          this.shared += isShared ? 1 : 0;
        }),
        owner: `p${String(this.deaths)}`,
        random: this.random,
        failpoint: this.#failpoint(life),
      },
      liveVariable: 'liveVariable' in this.#options ? this.#options.liveVariable : 'binance',
      startEquityQuote: this.#options.startEquityQuote ?? '50000',
      stopping: this.#stopping.signal,
    });
    for (const { everyMs, run } of machine.schedules()) void this.#repeat(life, everyMs, run);
    return machine;
  }

  async #repeat(life: Life, everyMs: number, run: () => Promise<void>): Promise<void> {
    for (;;) {
      await this.clock.sleep(everyMs);
      if (life.dead) return;
      await run().catch(() => undefined);
    }
  }

  async #linger(life: Life): Promise<void> {
    await this.clock.sleep(this.#options.turnMs ?? 0);
    if (life.dead) await new Promise<never>(() => undefined);
  }

  #failpoint(life: Life): LiveFailpoint {
    return (point) => {
      if (life.dead) return new Promise<never>(() => undefined);
      const time = (this.passed.get(point) ?? 0) + 1;
      this.passed.set(point, time);
      if (!this.#isDue(point, time)) return this.#lingers(point) ? this.#linger(life) : undefined;
      this.sharedDeaths += TURN_POINT.test(point) && this.#isShared ? 1 : 0;
      this.kill();
      return new Promise<never>(() => undefined);
    };
  }

  #isDue(point: LiveCrashPoint, time: number): boolean {
    const { dieAt } = this.#options;
    return (dieAt?.point === point && dieAt.time === time) || (this.mortality > 0 && this.random() < this.mortality);
  }

  #lingers(point: LiveCrashPoint): boolean {
    return (this.#options.turnMs ?? 0) > 0 && TURN_POINT.test(point) && point.endsWith('.after');
  }
}

/** Tells of each turn whether several share it. */
class CountedTurns extends SharedTurns<BooksWork> {
  readonly #onTurn: (isShared: boolean) => void;

  constructor(onTurn: (isShared: boolean) => void) {
    super();
    this.#onTurn = onTurn;
  }

  override run(member: BooksWork, act: Turn<BooksWork>): Promise<void> {
    return super.run(member, (members) => {
      this.#onTurn(members.length > 1);
      return act(members);
    });
  }
}

/** As configured by default, but for the cap of the first days and comparisons every 15 s. */
export const SETTINGS: LiveSettings = liveSettingsOf(
  tradeExecutorConfig.parse({ live: { first_days: { max_order_quote: '100000' }, reconcile: { every_seconds: 15 } } })
    .live,
);

/** Lets everything run that needs no time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
