import type { Clock } from '@octant/platform/time/clock';
import { checkCandle, type DecimalCandle } from '@octant/trading/market/candle';
import { isAligned, timeframeMs } from '@octant/trading/market/timeframe';
import type { Logger } from 'pino';
import type { LiveExchange } from '../adapters/ccxt-exchange.js';
import type { CandleStore, Series } from '../adapters/candle-store.js';
import type { AnalystMetrics } from '../metrics.js';
import type { CandleMemory } from './candle-memory.js';

const PAGE = 500;

export interface LiveSymbolParts {
  readonly series: Series;
  readonly feedKey: string;
  readonly exchange: LiveExchange;
  readonly store: CandleStore;
  readonly memory: CandleMemory;
  readonly metrics: AnalystMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onBackfilled: (fromMs: number) => void;
}

/** One symbol of a live feed: fetches what is missing since the newest stored candle and stores it. */
export class LiveSymbol {
  readonly #parts: LiveSymbolParts;
  readonly #stepMs: number;
  #historyFromMs: number | undefined;
  #closedThroughMs: number | undefined;
  #newest: DecimalCandle | undefined;
  #forming: DecimalCandle | undefined;

  constructor(parts: LiveSymbolParts) {
    this.#parts = parts;
    this.#stepMs = timeframeMs(parts.series.timeframe);
  }

  /** The newest closed candle; it is stored. */
  get newest(): DecimalCandle | undefined {
    return this.#newest;
  }

  get forming(): DecimalCandle | undefined {
    return this.#forming;
  }

  /** Asks for the candles from there on; a time before what is there fills it up at the next refresh. */
  needFrom(historyFromMs: number): void {
    if (this.#historyFromMs !== undefined && historyFromMs >= this.#historyFromMs) return;
    this.#historyFromMs = historyFromMs;
    this.#closedThroughMs = undefined;
  }

  /** Fetches and stores all that has closed since the last time. */
  async refresh(): Promise<void> {
    this.#closedThroughMs ??= await this.#firstNeededMs();
    for (;;) {
      const before: number = this.#closedThroughMs;
      await this.#fetchPage(before);
      const forming = this.#forming;
      const caughtUp = forming === undefined || forming.openTimeMs + this.#stepMs > this.#parts.clock.now();
      if (caughtUp || this.#closedThroughMs === before) return;
    }
  }

  /** Goes on behind the stored candles where they reach back far enough, else begins with the history. */
  async #firstNeededMs(): Promise<number> {
    const { store, series, onBackfilled } = this.#parts;
    const historyFromMs = this.#historyFromMs ?? 0;
    const bounds = await store.findBounds(series);
    const covered = bounds !== undefined && bounds.firstOpenTimeMs - this.#stepMs < historyFromMs;
    if (!covered) {
      onBackfilled(historyFromMs);
      return historyFromMs - 1;
    }
    [this.#newest] = await store.readLatest(series, 1);
    return bounds.lastOpenTimeMs;
  }

  async #fetchPage(afterMs: number): Promise<void> {
    const { exchange, series, store, memory, feedKey } = this.#parts;
    const rows = await this.#fetchSound(afterMs, PAGE);
    // Closed is what has a successor; the newest one may still change.
    const closed = rows.slice(0, -1);
    this.#forming = rows.at(-1) ?? this.#forming;
    const whole = await this.#repair(afterMs, closed);
    const newest = whole.at(-1);
    if (newest === undefined) return;
    await store.insert(series, whole);
    memory.add(feedKey, series.symbol, { afterMs, throughMs: newest.openTimeMs, candles: whole });
    this.#closedThroughMs = newest.openTimeMs;
    this.#newest = newest;
    this.#parts.logger.debug({ exchange: exchange.id, symbol: series.symbol, stored: whole.length }, 'Candles stored');
  }

  async #fetchSound(afterMs: number, limit: number): Promise<DecimalCandle[]> {
    const { exchange, series, logger } = this.#parts;
    const { symbol, timeframe } = series;
    const rows = await exchange.fetchCandles({ symbol, timeframe, sinceMs: afterMs + 1, limit });
    const after = rows.filter((candle) => candle.openTimeMs > afterMs && isAligned(candle.openTimeMs, timeframe));
    return after.filter((candle, index) => {
      if (candle.openTimeMs === after[index - 1]?.openTimeMs) return false;
      const fault = checkCandle(candle);
      if (fault === undefined) return true;
      logger.error({ exchange: exchange.id, symbol, openTimeMs: candle.openTimeMs, fault }, 'Unsound candle refused');
      return false;
    });
  }

  /** Counts candles that are missing between two others, and asks for them once more before they are given up. */
  async #repair(afterMs: number, closed: readonly DecimalCandle[]): Promise<readonly DecimalCandle[]> {
    const holes = holesOf(afterMs, closed, this.#stepMs);
    if (holes.length === 0) return closed;
    const { exchange, series, metrics, logger } = this.#parts;
    const found: DecimalCandle[] = [];
    for (const { afterMs: from, beforeMs, count } of holes) {
      metrics.gapFound({ ...series, exchange: exchange.id }, count);
      const again = await this.#fetchSound(from, Math.min(PAGE, count + 1));
      found.push(...again.filter((candle) => candle.openTimeMs < beforeMs));
    }
    const missing = holes.reduce((sum, { count }) => sum + count, 0) - found.length;
    logger.warn({ exchange: exchange.id, ...series, repaired: found.length, missing }, 'Candles were missing');
    return [...closed, ...found].sort((a, b) => a.openTimeMs - b.openTimeMs);
  }
}

interface Hole {
  readonly afterMs: number;
  readonly beforeMs: number;
  readonly count: number;
}

/** Runs of absent candles after a known one; history before the first candle is no hole, an exchange need not have it. */
function holesOf(afterMs: number, candles: readonly DecimalCandle[], stepMs: number): Hole[] {
  const holes: Hole[] = [];
  let previousMs = afterMs % stepMs === 0 ? afterMs : undefined;
  for (const { openTimeMs } of candles) {
    const count = previousMs === undefined ? 0 : (openTimeMs - previousMs) / stepMs - 1;
    if (previousMs !== undefined && count > 0) holes.push({ afterMs: previousMs, beforeMs: openTimeMs, count });
    previousMs = openTimeMs;
  }
  return holes;
}
