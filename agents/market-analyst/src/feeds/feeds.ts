import type { Outgoing } from '@octant/platform/bus/message';
import { PermanentError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import { splitRange } from '@octant/trading/market/candle-csv';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { Logger } from 'pino';
import type { CandleFiles } from '../adapters/candle-files.js';
import type { CandleStore } from '../adapters/candle-store.js';
import type { FeedStore } from '../adapters/feed-store.js';
import type { Settings } from '../config.js';
import type { AnalystMetrics } from '../metrics.js';
import type { CandleMemory } from './candle-memory.js';
import { closedCandles, formingCandles, type CandlesToSend } from './candles-message.js';
import type { FeedSpec, FeedStep } from './feed-spec.js';
import type { LiveFeeds } from './live-feeds.js';
import { Pacer } from './pacer.js';
import { ReplayFeed } from './replay-feed.js';
import { SimulatorFeed } from './simulator-feed.js';

type RootMessage = Outgoing & { readonly id: string };

export type OpenFeed =
  | { readonly kind: 'replay'; readonly spec: FeedSpec; readonly feed: ReplayFeed }
  | { readonly kind: 'simulator'; readonly spec: FeedSpec; readonly feed: SimulatorFeed; readonly everyMs: number }
  | { readonly kind: 'live'; readonly spec: FeedSpec };

/** Where a simulated session has got to, kept in Redis with the acknowledgement of its `advance`. */
export interface SimulatorPosition {
  readonly advancedCloseTimeMs: number;
}

export interface FeedsParts {
  readonly candles: CandleStore;
  readonly feeds: FeedStore;
  readonly files: CandleFiles;
  readonly memory: CandleMemory;
  readonly live: LiveFeeds;
  readonly metrics: AnalystMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: () => Settings;
  readonly publish: (message: RootMessage) => Promise<unknown>;
  readonly readPosition: (sessionId: string) => Promise<SimulatorPosition | undefined>;
}

/** The feeds of all sessions, by session. */
export class Feeds {
  readonly #parts: FeedsParts;
  readonly #open = new Map<string, OpenFeed>();
  readonly #pacer: Pacer;

  constructor(parts: FeedsParts) {
    this.#parts = parts;
    this.#pacer = new Pacer(parts.clock, parts.logger);
  }

  /**
   * Makes a new feed's candles ready and gives the messages it begins with: a paced feed's first step.
   * @throws PermanentError when the source cannot feed the session: no candles, a bad file, an unsupported timeframe.
   */
  async prepare(spec: FeedSpec): Promise<readonly RootMessage[]> {
    const opened = this.#openFeed(spec);
    if (opened.kind === 'live') {
      await this.#parts.live.assertServes(spec);
      return [];
    }
    if (opened.kind === 'replay') {
      await this.#importFiles(spec);
      const step = await opened.feed.firstStep();
      if (step === undefined) throw noCandles(spec);
      return [this.closedMessage(spec, step)];
    }
    for (const [symbol, candles] of opened.feed.history()) {
      await this.#parts.candles.insert({ source: spec.storedAs, symbol, timeframe: spec.timeframe }, candles);
    }
    const step = opened.feed.stepAfter(0);
    await this.#keep(spec, step);
    return [this.closedMessage(spec, step)];
  }

  /** The feed is in Postgres: a live one begins to ask its exchange. */
  begin(spec: FeedSpec, positionMs?: number): void {
    if (this.#open.has(spec.sessionId)) return;
    const opened = this.#openFeed(spec);
    this.#open.set(spec.sessionId, opened);
    if (opened.kind === 'live') this.#parts.live.watch(spec, positionMs);
  }

  /** The running feed of a session, read back from Postgres where this process does not know it yet. */
  async find(sessionId: string): Promise<OpenFeed | undefined> {
    const known = this.#open.get(sessionId);
    if (known !== undefined) return known;
    const stored = await this.#parts.feeds.find(sessionId);
    if (stored?.status !== 'running') return undefined;
    this.begin(stored.spec, stored.positionMs);
    return this.#open.get(sessionId);
  }

  async end(sessionId: string): Promise<void> {
    const opened = this.#open.get(sessionId);
    this.#open.delete(sessionId);
    this.#pacer.cancel(sessionId);
    this.#parts.memory.forget(sessionId);
    if (opened?.kind === 'live') await this.#parts.live.unwatch(opened.spec);
  }

  /** After a restart: live feeds ask again, simulators go on where they had been told to. */
  async restore(): Promise<void> {
    for (const { spec, positionMs } of await this.#parts.feeds.listRunning()) {
      this.begin(spec, positionMs);
      const opened = this.#open.get(spec.sessionId);
      if (opened?.kind === 'simulator') await this.#resumeSimulator(opened);
    }
  }

  async stop(): Promise<void> {
    this.#pacer.stop();
    await this.#parts.live.stop();
  }

  /** Stored candles of a source have changed: nothing of it is answered from memory until it is read again. */
  forgetCandlesOf(storedAs: string): void {
    for (const { spec } of this.#open.values()) {
      if (spec.storedAs === storedAs) this.#parts.memory.forget(spec.sessionId);
    }
  }

  closedMessage(spec: FeedSpec, step: FeedStep): RootMessage {
    const { source: exchange, timeframe } = spec;
    for (const { symbol } of step.candles) {
      this.#parts.metrics.candlePublished({ exchange, symbol, timeframe }, step.openTimeMs);
    }
    return closedCandles(toSend(spec, step), this.#now());
  }

  formingMessage(spec: FeedSpec, step: FeedStep): RootMessage {
    return formingCandles(toSend(spec, step), this.#now());
  }

  /** The steps that a live source has published after that close. */
  closedSince(spec: FeedSpec, closeTimeMs: number): Promise<readonly RootMessage[]> {
    return this.#parts.live.closedSince(spec, closeTimeMs);
  }

  /** Publishes a simulated step after its real time has passed. */
  publishLater(spec: FeedSpec, step: FeedStep, delayMs: number): void {
    this.#pacer.later(spec.sessionId, delayMs, async () => {
      await this.#keep(spec, step);
      await this.#parts.publish(this.closedMessage(spec, step));
    });
  }

  async #resumeSimulator({ spec, feed, everyMs }: Extract<OpenFeed, { kind: 'simulator' }>): Promise<void> {
    const position = await this.#parts.readPosition(spec.sessionId);
    const stepMs = timeframeMs(spec.timeframe);
    if (position !== undefined) {
      this.publishLater(spec, feed.stepAfter(position.advancedCloseTimeMs - stepMs), everyMs);
      return;
    }
    // Nothing is known of an advance: the newest step may not have reached its stream. Published before, it is a repeat.
    const [symbol = ''] = spec.symbols;
    const bounds = await this.#parts.candles.findBounds({ source: spec.storedAs, symbol, timeframe: spec.timeframe });
    this.publishLater(spec, feed.stepAfter((bounds?.lastOpenTimeMs ?? 0) - stepMs), 0);
  }

  #openFeed(spec: FeedSpec): OpenFeed {
    const { candles, memory } = this.#parts;
    if (spec.exchange === 'replay') return { kind: 'replay', spec, feed: new ReplayFeed(spec, candles, memory) };
    if (spec.simulator === undefined) return { kind: 'live', spec };
    const feed = new SimulatorFeed(spec, spec.simulator);
    return { kind: 'simulator', spec, feed, everyMs: spec.simulator.candleEveryMs };
  }

  /** Stores a simulated step, and remembers it so that its analysis reads nothing. */
  async #keep(spec: FeedSpec, step: FeedStep): Promise<void> {
    const { candles, memory } = this.#parts;
    const { storedAs: source, timeframe, sessionId } = spec;
    const afterMs = step.openTimeMs - timeframeMs(timeframe);
    for (const { symbol, candle } of step.candles) {
      await candles.insert({ source, symbol, timeframe }, [candle]);
      memory.add(sessionId, symbol, { afterMs, throughMs: step.openTimeMs, candles: [candle] });
    }
  }

  async #importFiles(spec: FeedSpec): Promise<void> {
    const files = this.#parts.settings().datasources.get(spec.source)?.files ?? {};
    for (const symbol of spec.symbols) {
      const file = files[symbol];
      if (file === undefined) continue;
      const all = await this.#parts.files.read(file, spec.timeframe);
      const candles = splitRange(all, spec.historyFromMs, spec.toMs);
      if (candles.length === 0) continue;
      const series = { source: spec.storedAs, symbol, timeframe: spec.timeframe };
      const { stored } = await this.#parts.candles.insert(series, candles);
      this.#parts.logger.info({ file, ...series, candles: candles.length, stored }, 'Candle file imported');
    }
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }
}

function toSend(spec: FeedSpec, { openTimeMs, candles, last }: FeedStep): CandlesToSend {
  const { source, sessionId, timeframe, simulator } = spec;
  return { source, sessionId, timeframe, openTimeMs, candles, last, simulated: simulator !== undefined };
}

function noCandles({ storedAs, symbols, timeframe, fromMs, toMs }: FeedSpec): PermanentError {
  const at = (ms: number | undefined, otherwise: string) => (ms === undefined ? otherwise : new Date(ms).toISOString());
  const range = `from ${at(fromMs, 'the first')} to ${at(toMs, 'the last')}`;
  return new PermanentError(
    `source ${storedAs}: expected ${timeframe} candles of ${symbols.join(', ')} ${range}, was none`,
    { code: 'no_candles' },
  );
}
