import type { Schedule } from '@octant/platform/agent/definition';
import { checkTerms } from '@octant/platform/effects/decide-effect';
import type { VenueMarket } from '@octant/venue/venue';
import { cancelOrders } from './cancel-orders.js';
import { PartKeeper } from './algorithms/part-keeper.js';
import { lacksStop } from './exits/decide-exits.js';
import { ExitKeeper } from './exits/exit-keeper.js';
import { FillFeed } from './fill-feed.js';
import { continueFlattens } from './flatten-rounds.js';
import { announceInterlock, checkInterlock, type Interlock } from './interlock.js';
import type { LiveDesk } from './live-desk.js';
import { LiveSender } from './live-sender.js';
import { providerTermsOf } from './live-settings.js';
import { lookUpOrders } from './look-up-orders.js';
import { OneAtATime } from './one-at-a-time.js';
import { reconcile, type ReconciliationRun } from './reconcile.js';
import { refreshOrders } from './refresh-orders.js';
import { checkKey, measureClock } from './venue-watch.js';

export interface MachineParts {
  /** The desk without what the machine itself provides. */
  readonly desk: Omit<LiveDesk, 'signals' | 'markets' | 'dayVolumes'>;
  /** Value of `OCTANT_LIVE`. */
  readonly liveVariable: string | undefined;
  readonly startEquityQuote: string;
  readonly stopping: AbortSignal;
}

/** Comparisons that may fail in a row before nothing is known any more. */
const STALE_RUNS = 3;
const SOCKET_PAUSE_MS = 5000;
/** A comparison that failed is made again so soon. */
const RETRY_MS = 10_000;
const STOP_PATIENCE_MS = 4000;
/** Day volumes of the markets are asked for so often. */
const VOLUMES_MS = 300_000;

/** The live order machine: everything that goes on beside the handlers. All that it knows is in Postgres. */
export class LiveMachine {
  readonly desk: LiveDesk;
  readonly feed: FillFeed;
  readonly sender: LiveSender;
  readonly #parts: MachineParts;
  readonly #lookUps: OneAtATime;
  readonly #cancels: OneAtATime;
  readonly #exits: OneAtATime;
  readonly #orderParts: OneAtATime;
  readonly #dayVolumes = new Map<string, string>();
  readonly #reconciliations: OneAtATime;
  #markets: ReadonlyMap<string, VenueMarket> = new Map();
  #lastRun: ReconciliationRun | undefined;
  /** When the last comparison failed; undefined after one that did not. */
  #failedAtMs: number | undefined;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    this.desk = {
      ...parts.desk,
      markets: () => this.#markets,
      dayVolumes: () => this.#dayVolumes,
      signals: {
        send: () => {
          this.sender.nudge();
        },
        cancel: () => {
          this.#cancels.nudge();
        },
        exits: () => {
          this.#exits.nudge();
        },
        parts: () => {
          this.#orderParts.nudge();
        },
        poll: (symbol) => {
          this.feed.nudge(symbol);
        },
      },
    };
    const { logger } = parts.desk;
    this.feed = new FillFeed(this.desk);
    this.sender = new LiveSender(this.desk);
    this.#lookUps = new OneAtATime('look-up', logger, async () => {
      await lookUpOrders(this.desk);
    });
    this.#cancels = new OneAtATime('cancel', logger, async () => {
      await cancelOrders(this.desk);
    });
    const keeper = new ExitKeeper(this.desk);
    this.#exits = new OneAtATime('exits', logger, () => keeper.tend());
    const partKeeper = new PartKeeper(this.desk);
    this.#orderParts = new OneAtATime('parts of orders', logger, () => partKeeper.tend());
    this.#reconciliations = new OneAtATime('reconciliation', logger, () => this.#reconcile());
  }

  /** The last comparison that came to an end in this process. */
  get lastRun(): ReconciliationRun | undefined {
    return this.#lastRun;
  }

  /**
   * Opens the account; asks the venue for nothing yet, so that an agent whose exchange is away starts, and only reduces.
   *
   * @throws PermanentError `other_account`; RangeError when a request could outlive its lease.
   */
  async open(): Promise<void> {
    const { desk } = this;
    checkTerms(providerTermsOf(desk.settings(), desk.venue));
    await desk.store.open({
      exchange: desk.venue.id,
      quoteCurrency: desk.settings().quoteCurrency,
      startEquityQuote: this.#parts.startEquityQuote,
    });
    await announceInterlock(desk, await this.checkInterlock());
  }

  /** Begins to ask: market data, clock, key, comparison, socket; each failure keeps new exposure out and is tried again. */
  begin(): void {
    const { desk } = this;
    void this.#settle('markets', async () => {
      await this.#loadMarkets();
      await this.#loadVolumes();
    });
    void measureClock(desk);
    void checkKey(desk);
    this.#reconciliations.nudge();
    this.sender.nudge();
    this.#lookUps.nudge();
    this.#exits.nudge();
    if (desk.venue.features.events) void this.#listen();
  }

  /** Sends nothing more, and waits a little for what is on its way. */
  stop(): Promise<void> {
    return this.sender.stop(STOP_PATIENCE_MS);
  }

  schedules(): readonly Schedule[] {
    const { sending, fills, ordersPollMs, reconcile: comparison, clock } = this.desk.settings();
    return [
      { name: 'live sweep', everyMs: sending.sweepMs, run: () => this.#settle('sweep', () => this.sweep()) },
      { name: 'live fills', everyMs: fills.pollMs, run: () => this.#settle('fills', () => this.feed.pollOpen()) },
      {
        name: 'live open orders',
        everyMs: ordersPollMs,
        run: () => this.#settle('open orders', () => this.#refresh()),
      },
      {
        name: 'live reconciliation',
        everyMs: comparison.everyMs,
        run: () => this.#settle('comparison', () => this.reconcile()),
      },
      { name: 'live volumes', everyMs: VOLUMES_MS, run: () => this.#settle('volumes', () => this.#loadVolumes()) },
      { name: 'live clock', everyMs: clock.everyMs, run: () => this.#settle('clock', () => this.#watchVenue()) },
      { name: 'live metrics', everyMs: 1000, run: () => this.#settle('figures', () => this.observe()) },
    ];
  }

  /** Looks for whatever nobody told of: orders to send, to look up, to cancel, flattens to go on with. */
  async sweep(): Promise<void> {
    this.sender.nudge();
    this.#lookUps.nudge();
    this.#cancels.nudge();
    this.#exits.nudge();
    this.#orderParts.nudge();
    const { clock } = this.desk;
    if (this.#failedAtMs !== undefined && clock.now() >= this.#failedAtMs + RETRY_MS) this.#reconciliations.nudge();
    await continueFlattens(this.desk);
  }

  async #refresh(): Promise<void> {
    const open = await this.desk.store.openOrders();
    if (open.some(({ state }) => state !== 'intended')) await refreshOrders(this.desk);
  }

  /** Compares with the venue now, or once more after the comparison that is going on. */
  reconcile(): Promise<void> {
    return this.#reconciliations.run();
  }

  checkInterlock(): Promise<Interlock> {
    return checkInterlock(this.desk, this.#parts.liveVariable);
  }

  async observe(): Promise<void> {
    const { desk } = this;
    const open = await desk.store.openOrders();
    desk.metrics.observe(await desk.store.loadAccount(), open.filter(({ state }) => state === 'unknown').length);
    desk.metrics.mayTrade(desk.gate.closedForAll() === undefined);
    desk.metrics.unprotected((await desk.store.exits()).filter((exits) => lacksStop(exits, open)).length);
  }

  /** What the socket does not tell, or tells while it is away, the polls do. */
  async #listen(): Promise<void> {
    const { stopping } = this.#parts;
    while (!stopping.aborted) {
      await this.#settle('socket', () =>
        this.desk.venue.watch((event) => {
          this.feed.onEvent(event);
        }, stopping),
      );
      await this.desk.clock.sleep(SOCKET_PAUSE_MS, stopping);
    }
  }

  async #watchVenue(): Promise<void> {
    await measureClock(this.desk);
    await checkKey(this.desk);
    await this.#settle('markets', () => this.#loadMarkets());
    await this.checkInterlock();
  }

  async #loadMarkets(): Promise<void> {
    const { desk } = this;
    const markets = await desk.venue.markets();
    const usable = [...markets].filter(([, market]) => Number(market.tickSize) > 0 && Number(market.lotSize) > 0);
    this.#markets = new Map(usable);
    const wanted = [...desk.instruments().keys()].filter((symbol) =>
      symbol.endsWith(`-${desk.settings().quoteCurrency}`),
    );
    const absent = wanted.filter((symbol) => !this.#markets.has(symbol));
    desk.gate.set(
      'markets',
      new Map(absent.map((symbol) => [symbol, `${symbol} is no market of ${desk.venue.id} that can be traded`])),
    );
  }

  /** Which orders are large for their market; only where large ones go out in parts. */
  async #loadVolumes(): Promise<void> {
    const { desk } = this;
    const { algorithm, quoteCurrency } = desk.settings();
    if (algorithm.kind === 'none') return;
    const symbols = [...desk.instruments().keys()].filter(
      (symbol) => symbol.endsWith(`-${quoteCurrency}`) && this.#markets.has(symbol),
    );
    for (const [symbol, { dayVolume }] of await desk.venue.tickers(symbols)) {
      if (dayVolume !== undefined) this.#dayVolumes.set(symbol, dayVolume);
    }
  }

  async #reconcile(): Promise<void> {
    const { desk } = this;
    this.#failedAtMs = undefined;
    try {
      this.#lastRun = await reconcile(desk, this.feed);
    } catch (error) {
      this.#failedAtMs = desk.clock.now();
      const { everyMs } = desk.settings().reconcile;
      const since = this.#lastRun?.startedAtMs;
      if (since === undefined || desk.clock.now() - since > STALE_RUNS * everyMs) {
        desk.gate.close('reconciliation', 'the exchange could not be compared with the books');
      }
      throw error;
    }
  }

  async #settle(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.desk.logger.warn({ err: error }, `${what} of ${this.desk.venue.id} failed, the next turn comes`);
    }
  }
}
