import type { Outgoing } from '@octant/platform/bus/message';
import type { Clock } from '@octant/platform/time/clock';
import type { DatasourceConfig } from '@octant/trading/config/datasource-config';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { Logger } from 'pino';
import type { LiveExchange } from '../adapters/ccxt-exchange.js';
import { aggregatedExchange } from '../adapters/aggregated-exchange.js';
import type { CandleStore } from '../adapters/candle-store.js';
import type { FeedStore } from '../adapters/feed-store.js';
import type { Settings } from '../config.js';
import type { AnalystMetrics } from '../metrics.js';
import { getDatasource } from './build-feed-spec.js';
import type { CandleMemory } from './candle-memory.js';
import type { FeedSpec } from './feed-spec.js';
import { feedKeyOf } from './feed-key.js';
import { LiveFeed } from './live-feed.js';
import type { LiveFeedState } from './live-feed-parts.js';

export interface LiveFeedsParts {
  readonly openExchange: (datasource: DatasourceConfig) => Promise<LiveExchange>;
  readonly candles: CandleStore;
  readonly feeds: FeedStore;
  readonly memory: CandleMemory;
  readonly metrics: AnalystMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: () => Settings;
  readonly publish: (message: Outgoing & { readonly id: string }) => Promise<unknown>;
  readonly onBackfilled: (
    series: { source: string; symbol: string; timeframe: FeedSpec['timeframe'] },
    fromMs: number,
  ) => void;
}

/** One live feed a source and timeframe, shared by its sessions; one connection a source. */
export class LiveFeeds {
  readonly #parts: LiveFeedsParts;
  readonly #exchanges = new Map<string, Promise<LiveExchange>>();
  readonly #feeds = new Map<string, Promise<LiveFeed>>();

  constructor(parts: LiveFeedsParts) {
    this.#parts = parts;
  }

  /** @throws PermanentError for an exchange or a timeframe that there is not. */
  async assertServes(spec: FeedSpec): Promise<void> {
    (await this.#exchange(spec.source)).assertServes(spec.timeframe);
  }

  watch(spec: FeedSpec, positionMs: number | undefined): void {
    const { sessionId, symbols, source } = spec;
    void this.#feed(spec)
      .then((feed) => {
        const { history } = getDatasource(this.#parts.settings(), source);
        const historyFromMs = Math.max(0, spec.historyFromMs - history * timeframeMs(spec.timeframe));
        feed.watch({ sessionId, symbols, historyFromMs, positionMs });
      })
      .catch((error: unknown) => {
        this.#parts.logger.error({ err: error, source, sessionId }, 'A live source could not be opened');
      });
  }

  /** Every open feed as it stands. */
  async states(): Promise<LiveFeedState[]> {
    const feeds = await Promise.allSettled(this.#feeds.values());
    return feeds.flatMap((feed) => (feed.status === 'fulfilled' ? [feed.value.state()] : []));
  }

  /** What its feed has published after that close; nothing while it is not open. */
  async closedSince(spec: FeedSpec, closeTimeMs: number): Promise<readonly (Outgoing & { readonly id: string })[]> {
    const feed = await this.#feeds.get(feedKeyOf(spec.source, spec.timeframe));
    return feed === undefined ? [] : feed.closedSince(closeTimeMs);
  }

  async unwatch(spec: FeedSpec): Promise<void> {
    const key = feedKeyOf(spec.source, spec.timeframe);
    const feed = await this.#feeds.get(key);
    if (feed?.unwatch(spec.sessionId) !== true) return;
    this.#feeds.delete(key);
    this.#parts.memory.forget(key);
    await feed.stop();
  }

  async stop(): Promise<void> {
    const feeds = await Promise.allSettled(this.#feeds.values());
    await Promise.all(feeds.map(async (feed) => (feed.status === 'fulfilled' ? feed.value.stop() : undefined)));
  }

  #feed(spec: FeedSpec): Promise<LiveFeed> {
    const key = feedKeyOf(spec.source, spec.timeframe);
    const existing = this.#feeds.get(key);
    if (existing !== undefined) return existing;
    const opening = this.#open(spec);
    this.#feeds.set(key, opening);
    opening.catch(() => this.#feeds.delete(key));
    return opening;
  }

  async #open({ source, timeframe }: FeedSpec): Promise<LiveFeed> {
    const { candles: store, feeds, memory, metrics, clock, logger, publish, onBackfilled } = this.#parts;
    const datasource = getDatasource(this.#parts.settings(), source);
    const { poll_ms: pollMs, late_after_ms: lateAfterMs, silent_after_ms: silentAfterMs } = datasource;
    return new LiveFeed({
      source,
      timeframe,
      pollMs,
      lateAfterMs,
      silentAfterMs,
      exchange: await this.#exchange(source),
      store,
      memory,
      metrics,
      logger,
      clock,
      publish,
      savePosition: (sessionIds, positionMs) => feeds.setPosition(sessionIds, positionMs),
      onBackfilled: (symbol, fromMs) => {
        onBackfilled({ source, symbol, timeframe }, fromMs);
      },
    });
  }

  #exchange(source: string): Promise<LiveExchange> {
    const existing = this.#exchanges.get(source);
    if (existing !== undefined) return existing;
    const opening = this.#openExchange(source);
    this.#exchanges.set(source, opening);
    opening.catch(() => this.#exchanges.delete(source));
    return opening;
  }

  async #openExchange(source: string): Promise<LiveExchange> {
    const { openExchange, settings, candles: store } = this.#parts;
    const datasource = getDatasource(settings(), source);
    const exchange = await openExchange(datasource);
    const { base_timeframe: base } = datasource;
    return base === undefined ? exchange : aggregatedExchange(exchange, { source, base, store });
  }
}
