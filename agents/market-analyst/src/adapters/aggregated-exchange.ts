import { PermanentError } from '@octant/platform/errors/errors';
import { aggregateCandles, canAggregate } from '@octant/trading/market/aggregate-candles';
import { checkCandle, type DecimalCandle } from '@octant/trading/market/candle';
import { findGaps } from '@octant/trading/market/find-gaps';
import { isAligned, timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { CandleStore } from './candle-store.js';
import type { CandleQuery, LiveExchange } from './ccxt-exchange.js';
import { storeKeeping } from './store-keeping.js';

const PAGE = 500;
const MOST_PAGES = 20;

/**
 * An exchange that is asked for candles of `base` alone: they are stored, and longer ones are made of them. As with any
 * exchange the newest candle given may still form: it is made of what is there of it.
 */
export function aggregatedExchange(
  exchange: LiveExchange,
  parts: { readonly source: string; readonly base: TimeframeName; readonly store: CandleStore },
): LiveExchange {
  const { base } = parts;
  const { stream } = exchange;
  return {
    id: exchange.id,
    // The short candles' socket shows the successor soonest, the session's own would do as well.
    ...(stream === undefined ? {} : { stream }),
    assertServes(timeframe) {
      exchange.assertServes(base);
      if (canAggregate(base, timeframe)) return;
      throw new PermanentError(`timeframe: expected a multiple of the source's base ${base}, was ${timeframe}`, {
        code: 'unsupported_timeframe',
      });
    },
    async fetchCandles(query) {
      if (query.timeframe === base) return exchange.fetchCandles(query);
      const lengthMs = timeframeMs(query.timeframe);
      const fromMs = Math.ceil(query.sinceMs / lengthMs) * lengthMs;
      const wanted = { ...query, sinceMs: fromMs };
      const candles = await new BaseCandles(exchange, parts).through(wanted);
      const { closed, partial } = aggregateCandles(candles, query.timeframe, {
        fromMs,
        toMs: (candles.at(-1)?.openTimeMs ?? fromMs) + timeframeMs(base),
      });
      return [...closed, ...partial].slice(0, query.limit);
    },
  };
}

/** The short candles of a question: those that are stored, and those that follow them at the venue. */
class BaseCandles {
  readonly #exchange: LiveExchange;
  readonly #parts: { readonly source: string; readonly base: TimeframeName; readonly store: CandleStore };
  readonly #baseMs: number;

  constructor(exchange: LiveExchange, parts: { source: string; base: TimeframeName; store: CandleStore }) {
    this.#exchange = exchange;
    this.#parts = parts;
    this.#baseMs = timeframeMs(parts.base);
  }

  /** From `sinceMs` on, as many as `limit` long candles need, in bounded pages; the last one may still form. */
  async through({ symbol, timeframe, sinceMs, limit }: CandleQuery): Promise<DecimalCandle[]> {
    const { source, base, store } = this.#parts;
    const most = Math.min(PAGE * MOST_PAGES, limit * (timeframeMs(timeframe) / this.#baseMs) + 1);
    const range = { afterMs: sinceMs - 1, beforeMs: Number.MAX_SAFE_INTEGER, limit: most };
    const candles = this.#usable(await store.read({ source, symbol, timeframe: base }, range), sinceMs);
    for (let page = 0; page < MOST_PAGES && candles.length < most; page += 1) {
      const lastMs = candles.at(-1)?.openTimeMs;
      const rows = await this.#fetch(symbol, (lastMs ?? sinceMs - 1) + 1);
      // What has a successor is closed, and kept.
      const closed = await this.#repair(symbol, lastMs, rows.slice(0, -1));
      const kept = await storeKeeping(store, { source, symbol, timeframe: base }, closed);
      candles.push(...kept.candles);
      const forming = rows.at(-1);
      if (closed.length > 0 && rows.length >= PAGE) continue;
      return forming === undefined ? candles : [...candles, forming];
    }
    return candles;
  }

  /** Stored candles up to where a whole page or more is missing: that was never asked for. */
  #usable(stored: readonly DecimalCandle[], sinceMs: number): DecimalCandle[] {
    const opens = stored.map(({ openTimeMs }) => openTimeMs);
    const gaps = findGaps(opens, { timeframe: this.#parts.base, fromMs: sinceMs });
    const unasked = gaps.find(({ missing }) => missing >= PAGE);
    return unasked === undefined ? [...stored] : stored.filter(({ openTimeMs }) => openTimeMs < unasked.fromMs);
  }

  async #fetch(symbol: string, sinceMs: number): Promise<DecimalCandle[]> {
    const { base } = this.#parts;
    const rows = await this.#exchange.fetchCandles({ symbol, timeframe: base, sinceMs, limit: PAGE });
    return rows.filter(
      (candle, index) =>
        candle.openTimeMs >= sinceMs &&
        candle.openTimeMs !== rows[index - 1]?.openTimeMs &&
        isAligned(candle.openTimeMs, base) &&
        checkCandle(candle) === undefined,
    );
  }

  /** Asks again for what is missing between two candles. */
  async #repair(
    symbol: string,
    afterMs: number | undefined,
    closed: readonly DecimalCandle[],
  ): Promise<readonly DecimalCandle[]> {
    const opens = closed.map(({ openTimeMs }) => openTimeMs);
    const found: DecimalCandle[] = [];
    const fromMs = afterMs === undefined ? undefined : afterMs + this.#baseMs;
    for (const gap of findGaps(opens, { timeframe: this.#parts.base, fromMs })) {
      const again = await this.#fetch(symbol, gap.fromMs);
      found.push(...again.filter(({ openTimeMs }) => openTimeMs < gap.toMs));
    }
    return [...closed, ...found].sort((a, b) => a.openTimeMs - b.openTimeMs);
  }
}
