import { aggregateCandles, canAggregate } from '@octant/trading/market/aggregate-candles';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { timeframeMs } from '@octant/trading/market/timeframe';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';
import type { CandleStore, CandleRange, Series } from '../adapters/candle-store.js';

/** Shorter candles that one answer is made of at most. */
const MOST_BASE = 50_000;

interface Bounds {
  readonly firstOpenTimeMs: number;
  readonly lastOpenTimeMs: number;
}

export interface CandleAnswer {
  readonly candles: readonly DecimalCandle[];
  /** Value of `after` for what follows; null at the end. */
  readonly next: number | null;
  readonly range: Bounds | null;
}

type Store = Pick<CandleStore, 'read' | 'findBounds'>;

/** A page of a series; one that is not stored is made of the longest shorter candles that are and add up to it. */
export async function readCandles(store: Store, series: Series, range: CandleRange): Promise<CandleAnswer> {
  const bounds = await store.findBounds(series);
  if (bounds === undefined) return readAggregated(store, series, range);
  // One more than asked for, to know whether there is a next page.
  const page = await store.read(series, { ...range, limit: range.limit + 1 });
  const candles = page.slice(0, range.limit);
  return { candles, next: page.length > range.limit ? (candles.at(-1)?.openTimeMs ?? null) : null, range: bounds };
}

async function readAggregated(store: Store, series: Series, range: CandleRange): Promise<CandleAnswer> {
  const base = await findBase(store, series);
  if (base === undefined) return { candles: [], next: null, range: null };
  const [lengthMs, baseMs] = [timeframeMs(series.timeframe), timeframeMs(base.timeframe)];
  const fromMs = Math.floor(range.afterMs / lengthMs) * lengthMs + lengthMs;
  const beforeMs = Math.min(Math.ceil(range.beforeMs / lengthMs) * lengthMs, Number.MAX_SAFE_INTEGER);
  const most = Math.min(MOST_BASE, (range.limit + 1) * (lengthMs / baseMs));
  const rows = await store.read(
    { ...series, timeframe: base.timeframe },
    { afterMs: fromMs - 1, beforeMs, limit: most },
  );
  const isCut = rows.length === most;
  const lastMs = rows.at(-1)?.openTimeMs ?? fromMs;
  const { closed } = aggregateCandles(rows, series.timeframe, {
    fromMs: Math.max(fromMs, base.bounds.firstOpenTimeMs),
    toMs: lastMs + baseMs,
  });
  const candles = closed.slice(0, range.limit);
  const hasMore = closed.length > range.limit || isCut;
  return {
    candles,
    next: hasMore ? (candles.at(-1)?.openTimeMs ?? null) : null,
    range: boundsOf(base.bounds, { lengthMs, baseMs }),
  };
}

async function findBase(
  store: Store,
  series: Series,
): Promise<{ timeframe: TimeframeName; bounds: Bounds } | undefined> {
  const shorter = timeframeName.options
    .filter((name) => name !== series.timeframe && canAggregate(name, series.timeframe))
    .sort((a, b) => timeframeMs(b) - timeframeMs(a));
  for (const timeframe of shorter) {
    const bounds = await store.findBounds({ ...series, timeframe });
    if (bounds !== undefined) return { timeframe, bounds };
  }
  return undefined;
}

/** The buckets that the stored candles fill. */
function boundsOf(base: Bounds, { lengthMs, baseMs }: { lengthMs: number; baseMs: number }): Bounds | null {
  const firstOpenTimeMs = Math.ceil(base.firstOpenTimeMs / lengthMs) * lengthMs;
  const lastOpenTimeMs = Math.floor((base.lastOpenTimeMs + baseMs) / lengthMs) * lengthMs - lengthMs;
  return lastOpenTimeMs < firstOpenTimeMs ? null : { firstOpenTimeMs, lastOpenTimeMs };
}
