import type { DecimalCandle } from '@octant/trading/market/candle';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { IngestReply, StoredSeries } from '../desk/stored-series.js';

/** Names one line of stored candles. */
export interface SeriesName {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: TimeframeName;
}

/** The desk's candle store, wherever it is reached. */
export interface CandleDepot {
  list(): Promise<readonly StoredSeries[]>;
  /** At most `DEPOT_PAGE` candles that open after `afterMs` and before `beforeMs` (both exclusive), oldest first. */
  read(series: SeriesName, range: { afterMs: number; beforeMs: number }): Promise<readonly DecimalCandle[]>;
  /**
   * Stores closed candles in rising time, all or none. Without `replace` it fails when one is stored with other values.
   */
  insert(series: SeriesName, candles: readonly DecimalCandle[], options?: { replace?: boolean }): Promise<IngestReply>;
}

/** Candles of one page and of one insert. */
export const DEPOT_PAGE = 5000;

/** Pages of a series between the bounds (from inclusive, to exclusive; absent: all), oldest first. */
export async function* readPages(
  depot: CandleDepot,
  series: SeriesName,
  { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER }: { fromMs?: number | undefined; toMs?: number | undefined } = {},
): AsyncGenerator<readonly DecimalCandle[]> {
  let afterMs = fromMs - 1;
  for (;;) {
    const page = await depot.read(series, { afterMs, beforeMs: toMs });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < DEPOT_PAGE) return;
    afterMs = last.openTimeMs;
  }
}
