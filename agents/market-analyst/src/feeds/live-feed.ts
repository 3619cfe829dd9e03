import type { Outgoing } from '@octant/platform/bus/message';
import { PermanentError } from '@octant/platform/errors/errors';
import { timeframeMs } from '@octant/trading/market/timeframe';
import { CandleSocket } from './candle-socket.js';
import { closedCandles, formingCandles } from './candles-message.js';
import { feedKeyOf } from './feed-key.js';
import type { LiveFeedParts, LiveFeedState, LiveWatch } from './live-feed-parts.js';
import { LiveSymbol } from './live-symbol.js';
import { mergeSteps } from './replay-feed.js';
import { StaleWatch } from './stale-watch.js';

const SHORTEST_PAUSE_MS = 250;
const LATE_PAUSE_MS = 500;
const LONGEST_BACKOFF_MS = 60_000;
const MOST_AGAIN = 1000;

/** Asks one exchange for the candles of one timeframe and publishes each step once, for all sessions that watch it. */
export class LiveFeed {
  readonly #parts: LiveFeedParts;
  readonly #stepMs: number;
  readonly #sessions = new Set<string>();
  readonly #symbols = new Map<string, { live: LiveSymbol; sessions: Set<string> }>();
  readonly #stopping = new AbortController();
  #publishedThroughMs: number | undefined;
  readonly #socket: CandleSocket | undefined;
  readonly #stale: StaleWatch;
  #wake = new AbortController();
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(parts: LiveFeedParts) {
    this.#parts = parts;
    this.#stepMs = timeframeMs(parts.timeframe);
    this.#socket = this.#openSocket();
    this.#stale = new StaleWatch(parts);
  }

  /** How it stands, for whoever asks. */
  state(): LiveFeedState {
    const { source, exchange, timeframe } = this.#parts;
    const symbols = [...this.#symbols].map(([symbol, { live }]) => {
      const { corrections, ...gaps } = live.tally;
      const newestOpenTimeMs = live.newest?.openTimeMs ?? null;
      return { symbol, newestOpenTimeMs, stale: this.#stale.isStale(symbol), gaps, corrections };
    });
    const transport = this.#socket?.alive === true ? 'websocket' : 'rest';
    return { source, exchange: exchange.id, timeframe, transport, symbols };
  }

  /** The key of its candles in the memory. */
  get key(): string {
    return feedKeyOf(this.#parts.source, this.#parts.timeframe);
  }

  watch(watch: LiveWatch): void {
    this.#sessions.add(watch.sessionId);
    const forming = Math.floor(this.#parts.clock.now() / this.#stepMs) * this.#stepMs;
    // A first session waits for the next close; after a restart the newest closed candle may still be due.
    this.#publishedThroughMs = Math.max(this.#publishedThroughMs ?? -1, watch.positionMs ?? forming - this.#stepMs);
    for (const symbol of watch.symbols) {
      const entry = this.#symbols.get(symbol) ?? this.#open(symbol);
      entry.sessions.add(watch.sessionId);
      entry.live.needFrom(watch.historyFromMs);
    }
    this.#running ??= this.#run();
  }

  /** The closed steps after that close that went out already, for those who have lost them; they are as old as they are. */
  async closedSince(closeTimeMs: number): Promise<readonly (Outgoing & { readonly id: string })[]> {
    const { source, timeframe, store } = this.#parts;
    const throughMs = this.#publishedThroughMs ?? -1;
    const symbols = [...this.#symbols.keys()];
    const range = { afterMs: closeTimeMs - 1, beforeMs: throughMs + 1, limit: MOST_AGAIN };
    const page = await store.readMany({ source, timeframe }, symbols, range);
    return mergeSteps(page, symbols, throughMs).map(({ openTimeMs, candles }) => {
      const step = { source, sessionId: undefined, timeframe, openTimeMs, candles, simulated: false };
      return closedCandles(step, new Date(openTimeMs + this.#stepMs).toISOString());
    });
  }

  /** True when nobody watches it any more. */
  unwatch(sessionId: string): boolean {
    const { metrics, exchange, timeframe } = this.#parts;
    this.#sessions.delete(sessionId);
    for (const [symbol, { sessions }] of this.#symbols) {
      sessions.delete(sessionId);
      if (sessions.size > 0) continue;
      this.#symbols.delete(symbol);
      this.#stale.forget(symbol);
      metrics.forget({ exchange: exchange.id, symbol, timeframe });
      this.#socket?.forget(symbol);
    }
    return this.#sessions.size === 0;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#socket?.stop();
    await this.#running;
  }

  /** One turn: every symbol is asked, then the step that is due goes out. Resolves to the pause until the next. */
  async poll(): Promise<number> {
    let failed: unknown;
    let answered = false;
    for (const [symbol, { live }] of this.#symbols) {
      if (this.#stopping.signal.aborted) break;
      try {
        await live.refresh();
        answered = true;
      } catch (error) {
        failed = error;
        const level = error instanceof PermanentError ? 'error' : 'warn';
        this.#parts.logger[level]({ err: error, source: this.#parts.source, symbol }, 'No candles from the exchange');
      }
    }
    await this.#stale.look([...this.#symbols].map(([symbol, { live }]) => [symbol, live.newest?.openTimeMs]));
    if (!answered && failed !== undefined) return this.#backOff();
    if (this.#failures > 0) this.#parts.metrics.reconnected(this.#parts.exchange.id);
    this.#failures = 0;
    const complete = await this.#publishDue();
    return this.#pauseMs(complete);
  }

  #open(symbol: string) {
    const { exchange, store, memory, metrics, logger, clock, source, timeframe } = this.#parts;
    const { onBackfilled, lateAfterMs } = this.#parts;
    const live = new LiveSymbol({
      series: { source, symbol, timeframe },
      feedKey: this.key,
      exchange,
      store,
      memory,
      metrics,
      logger,
      clock,
      lateAfterMs,
      onBackfilled: (fromMs) => {
        onBackfilled(symbol, fromMs);
      },
    });
    const entry = { live, sessions: new Set<string>() };
    this.#symbols.set(symbol, entry);
    this.#socket?.listen(symbol);
    return entry;
  }

  /** The socket shows that a successor is there; what closed before it is fetched by REST, which alone says its values. */
  #openSocket(): CandleSocket | undefined {
    const { exchange, source, timeframe, silentAfterMs, clock, logger, metrics } = this.#parts;
    const { stream } = exchange;
    if (stream === undefined) return undefined;
    return new CandleSocket({
      stream,
      source,
      timeframe,
      silentAfterMs,
      clock,
      logger,
      onUpdate: (symbol, candle) => {
        if (this.#symbols.get(symbol)?.live.observe(candle) === true) this.#wake.abort();
      },
      onLost: (reason) => {
        metrics.socketLost(exchange.id, reason);
        this.#wake.abort();
      },
    });
  }

  async #run(): Promise<void> {
    const { clock, logger, source } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let pauseMs = this.#parts.pollMs;
      try {
        pauseMs = await this.poll();
      } catch (error) {
        logger.warn({ err: error, source }, 'A step of a live source could not be published; it is tried again');
      }
      await clock.sleep(pauseMs, AbortSignal.any([signal, this.#wake.signal]));
      // Woken, it does not ask at once again when it was woken before: the venue's REST may be behind its socket.
      if (this.#wake.signal.aborted) {
        this.#wake = new AbortController();
        await clock.sleep(SHORTEST_PAUSE_MS, signal);
      }
    }
  }

  /** Publishes the newest closed step when it is due. False while candles of it are still awaited. */
  async #publishDue(): Promise<boolean> {
    const { source, timeframe, clock, lateAfterMs } = this.#parts;
    const all = [...this.#symbols].map(([symbol, { live }]) => ({ symbol, live }));
    const openTimeMs = Math.max(-1, ...all.map(({ live }) => live.newest?.openTimeMs ?? -1));
    const publishedThroughMs = this.#publishedThroughMs ?? -1;
    if (openTimeMs <= publishedThroughMs) return true;
    const came = all.flatMap(({ symbol, live: { newest, forming } }) =>
      newest?.openTimeMs === openTimeMs ? [{ symbol, candle: newest, forming }] : [],
    );
    const deadlineMs = openTimeMs + this.#stepMs + lateAfterMs;
    if (came.length < all.length && clock.now() < deadlineMs) return false;
    const step = { source, sessionId: undefined, timeframe, simulated: false };
    const ts = new Date(clock.now()).toISOString();
    await this.#parts.publish(closedCandles({ ...step, openTimeMs, candles: came }, ts));
    const nextOpenMs = openTimeMs + this.#stepMs;
    const forming = came.flatMap(({ symbol, forming: candle }) =>
      candle?.openTimeMs === nextOpenMs ? [{ symbol, candle }] : [],
    );
    if (forming.length > 0) {
      await this.#parts.publish(formingCandles({ ...step, openTimeMs: nextOpenMs, candles: forming }, ts));
    }
    this.#publishedThroughMs = openTimeMs;
    await this.#parts.savePosition([...this.#sessions], openTimeMs);
    this.#report({ openTimeMs, publishedThroughMs, came: came.map(({ symbol }) => symbol) });
    return true;
  }

  #report(step: { openTimeMs: number; publishedThroughMs: number; came: readonly string[] }): void {
    const { metrics, exchange, timeframe, logger, source } = this.#parts;
    const skipped = (step.openTimeMs - step.publishedThroughMs) / this.#stepMs - 1;
    for (const symbol of this.#symbols.keys()) {
      const series = { exchange: exchange.id, symbol, timeframe };
      if (step.came.includes(symbol)) metrics.candlePublished(series, step.openTimeMs);
      else logger.warn({ source, symbol, openTimeMs: step.openTimeMs }, 'A late candle was left out of its step');
      if (skipped > 0) metrics.gapFound(series, skipped);
    }
    if (skipped > 0)
      logger.warn({ source, skipped }, 'Steps passed unseen; their candles are stored, nobody acts on them');
  }

  #pauseMs(complete: boolean): number {
    const { clock, pollMs, lateAfterMs } = this.#parts;
    if (!complete) return Math.min(pollMs, LATE_PAUSE_MS);
    const untilCloseMs = this.#stepMs - (clock.now() % this.#stepMs);
    if (this.#socket?.alive === true)
      return untilCloseMs + Math.max(SHORTEST_PAUSE_MS, Math.min(pollMs, lateAfterMs / 2));
    return Math.max(SHORTEST_PAUSE_MS, Math.min(pollMs, untilCloseMs + SHORTEST_PAUSE_MS));
  }

  #backOff(): number {
    this.#failures += 1;
    return Math.min(1000 * 2 ** (this.#failures - 1), LONGEST_BACKOFF_MS);
  }
}
