import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openDatabase, type OpenDatabase } from '@octant/platform/postgres/open-database';
import type { DecimalCandle } from '@octant/trading/market/candle';
import type { IngestReply, StoredSeries } from '../desk/stored-series.js';
import { DEPOT_PAGE, type CandleDepot, type SeriesName } from './candle-depot.js';

/** The market analyst's own way to its tables, as far as it is used here. */
interface StoreModule {
  candleStore(database: OpenDatabase): {
    insert(series: SeriesName, candles: readonly DecimalCandle[]): Promise<{ stored: number; duplicates: number }>;
    replace(series: SeriesName, candles: readonly DecimalCandle[]): Promise<IngestReply>;
    read(
      series: SeriesName,
      range: { afterMs: number; beforeMs: number; limit: number },
    ): Promise<readonly DecimalCandle[]>;
    summarize(): Promise<readonly StoredSeries[]>;
  };
}

/**
 * The store of a desk that does not run. Its tables are the market analyst's, so its adapter is what touches them; the
 * analyst itself stays down, for it would go on with its feeds.
 */
export async function ownDepot(options: {
  root: string;
  databaseUrl: string;
  schema: string;
}): Promise<CandleDepot & { close(): Promise<void> }> {
  const { root, databaseUrl: connection, schema } = options;
  const path = join(root, 'agents', 'market-analyst', 'dist', 'adapters', 'candle-store.js');
  const analyst = (await import(pathToFileURL(path).href)) as StoreModule;
  const database = openDatabase({ connection, schema, applicationName: 'octant-data', maxConnections: 2 });
  const store = analyst.candleStore(database);
  return {
    list: () => store.summarize(),
    read: (series, range) => store.read(series, { ...range, limit: DEPOT_PAGE }),
    insert: async (series, candles, { replace = false } = {}) =>
      replace ? store.replace(series, candles) : { ...(await store.insert(series, candles)), replaced: 0 },
    close: () => database.end(),
  };
}
