import type { DecimalCandle } from '@octant/trading/market/candle';
import { DEPOT_PAGE, readPages, type CandleDepot, type SeriesName } from './candle-depot.js';
import type { CandleSink } from './fetch-range.js';

/** Fetched candles in the desk's store: every page is a transaction, so a run may end anywhere. */
export function depotSink(depot: CandleDepot, series: SeriesName): CandleSink {
  return {
    async knownTimes(fromMs, toMs) {
      const times: number[] = [];
      for await (const page of readPages(depot, series, { fromMs, toMs })) {
        for (const { openTimeMs } of page) times.push(openTimeMs);
      }
      return times;
    },
    async keep(candles: readonly DecimalCandle[]) {
      for (let from = 0; from < candles.length; from += DEPOT_PAGE) {
        await depot.insert(series, candles.slice(from, from + DEPOT_PAGE));
      }
    },
  };
}
