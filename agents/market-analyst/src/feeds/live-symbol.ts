import type { Clock } from '@octant/platform/time/clock';
import { checkCandle, type DecimalCandle } from '@octant/trading/market/candle';
import { countMissing, findGaps } from '@octant/trading/market/find-gaps';
import { isAligned, timeframeMs } from '@octant/trading/market/timeframe';
import type { Logger } from 'pino';
import type { LiveExchange } from '../adapters/ccxt-exchange.js';
import type { CandleStore, Series } from '../adapters/candle-store.js';
import { isSameCandle, storeKeeping } from '../adapters/store-keeping.js';
import type { AnalystMetrics } from '../metrics.js';
import type { CandleMemory } from './candle-memory.js';

const PAGE = 500;
/** A back-fill says how far it is after so many pages. */
const TELL_EVERY_PAGES = 10;

export interface LiveSymbolParts {
  readonly series: Series;
  readonly feedKey: string;
  readonly exchange: LiveExchange;
  readonly store: CandleStore;
  readonly memory: CandleMemory;
  readonly metrics: AnalystMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly lateAfterMs: number;
  readonly onBackfilled: (fromMs: number) => void;
}

/** What became of a symbol's candles since this process began. */
export interface SymbolTally {
  /** Found missing between two others. */
  missing: number;
  /** There when they were asked for again. */
  repaired: number;
  /** Not there either: nobody traded, or the venue has lost them. */
  empty: number;
  /** Closed candles that the venue has changed since; ours stay. */
  corrections: number;
}

/** One symbol of a live feed: fetches what is missing since the newest stored candle and stores it. */
export class LiveSymbol {
  readonly #parts: LiveSymbolParts;
  readonly #stepMs: number;
  #historyFromMs: number | undefined;
  #closedThroughMs: number | undefined;
  #newest: DecimalCandle | undefined;
  #forming: DecimalCandle | undefined;
  #unconfirmed: DecimalCandle | undefined;
  #correctedMs: number | undefined;
  readonly tally: SymbolTally = { missing: 0, repaired: 0, empty: 0, corrections: 0 };

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

  /** A socket has shown that candle. True when it is the successor of one that is not known as closed yet. */
  observe(candle: DecimalCandle): boolean {
    const knownMs = this.#forming?.openTimeMs ?? this.#closedThroughMs;
    return (
      knownMs !== undefined && isAligned(candle.openTimeMs, this.#parts.series.timeframe) && candle.openTimeMs > knownMs
    );
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
    for (let page = 1; ; page += 1) {
      const before: number = this.#closedThroughMs;
      await this.#fetchPage(before);
      this.#tellProgress(page);
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
    const { exchange, series, memory, feedKey } = this.#parts;
    // The last closed one is asked for too: it shows whether the venue has changed it.
    const again = await this.#fetchSound(afterMs - 1, PAGE);
    const rows = again.filter(({ openTimeMs }) => openTimeMs > afterMs);
    this.#lookForCorrection(again.find(({ openTimeMs }) => openTimeMs === afterMs));
    const closed = this.#closedOf(rows);
    this.#forming = rows.at(-1) ?? this.#forming;
    const whole = await this.#store(await this.#repair(afterMs, closed));
    const newest = whole.at(-1);
    if (newest === undefined) return;
    memory.add(feedKey, series.symbol, { afterMs, throughMs: newest.openTimeMs, candles: whole });
    this.#closedThroughMs = newest.openTimeMs;
    this.#newest = newest;
    this.#parts.logger.debug({ exchange: exchange.id, symbol: series.symbol, stored: whole.length }, 'Candles stored');
  }

  async #store(candles: readonly DecimalCandle[]): Promise<readonly DecimalCandle[]> {
    if (candles.length === 0) return candles;
    const { store, series } = this.#parts;
    const kept = await storeKeeping(store, series, candles);
    if (kept.changed > 0) this.#countCorrections(kept.changed, {});
    return kept.candles;
  }

  /** Closed is what has a successor, or what REST gives twice alike when the close is long past; else the newest may change. */
  #closedOf(rows: readonly DecimalCandle[]): readonly DecimalCandle[] {
    const newest = rows.at(-1);
    const { clock, lateAfterMs } = this.#parts;
    if (newest === undefined || newest.openTimeMs + this.#stepMs + lateAfterMs > clock.now()) return rows.slice(0, -1);
    const before = this.#unconfirmed;
    this.#unconfirmed = newest;
    const confirmed = before?.openTimeMs === newest.openTimeMs && isSameCandle(before, newest);
    return confirmed ? rows : rows.slice(0, -1);
  }

  #lookForCorrection(candle: DecimalCandle | undefined): void {
    const kept = this.#newest;
    if (candle === undefined || kept?.openTimeMs !== candle.openTimeMs || isSameCandle(candle, kept)) return;
    if (this.#correctedMs === candle.openTimeMs) return;
    this.#correctedMs = candle.openTimeMs;
    this.#countCorrections(1, { kept, now: candle });
  }

  #countCorrections(count: number, detail: object): void {
    const { exchange, series, metrics, logger } = this.#parts;
    this.tally.corrections += count;
    metrics.corrected({ ...series, exchange: exchange.id }, count);
    logger.warn({ exchange: exchange.id, ...series, count, ...detail }, 'The venue changed closed candles; ours stay');
  }

  #tellProgress(page: number): void {
    const { exchange, series, metrics, logger, clock } = this.#parts;
    const throughMs = this.#closedThroughMs;
    if (throughMs === undefined) return;
    const fromMs = Math.min(this.#historyFromMs ?? throughMs, throughMs);
    const ratio = Math.min(1, (throughMs + 2 * this.#stepMs - fromMs) / Math.max(1, clock.now() - fromMs));
    metrics.backfilled({ ...series, exchange: exchange.id }, ratio);
    if (page % TELL_EVERY_PAGES !== 0) return;
    const through = new Date(throughMs).toISOString();
    logger.info({ exchange: exchange.id, ...series, pages: page, through, ratio }, 'Candles of the past are fetched');
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
    // History before the first candle is no hole: an exchange need not have it.
    const { timeframe } = this.#parts.series;
    const fromMs = isAligned(afterMs, timeframe) ? afterMs + this.#stepMs : undefined;
    const opens = closed.map(({ openTimeMs }) => openTimeMs);
    const holes = findGaps(opens, { timeframe, fromMs });
    if (holes.length === 0) return closed;
    const { exchange, series, metrics, logger } = this.#parts;
    const found: DecimalCandle[] = [];
    for (const hole of holes) {
      metrics.gapFound({ ...series, exchange: exchange.id }, hole.missing);
      const again = await this.#fetchSound(hole.fromMs - this.#stepMs, Math.min(PAGE, hole.missing + 1));
      found.push(...again.filter((candle) => candle.openTimeMs < hole.toMs));
    }
    const missing = countMissing(holes);
    const [repaired, empty] = [found.length, missing - found.length];
    this.tally.missing += missing;
    this.tally.repaired += repaired;
    this.tally.empty += empty;
    metrics.gapClosed({ ...series, exchange: exchange.id }, { repaired, empty });
    // A minute in which nobody trades is no fault.
    logger[repaired > 0 ? 'warn' : 'info'](
      { exchange: exchange.id, ...series, repaired, empty },
      'Candles were missing',
    );
    return [...closed, ...found].sort((a, b) => a.openTimeMs - b.openTimeMs);
  }
}
