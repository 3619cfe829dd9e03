import { PermanentError } from '@octant/platform/errors/errors';
import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { timeframeMs } from '@octant/trading/market/timeframe';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';

/** One line of candles: everything of one source, symbol and timeframe. */
export interface Series {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: TimeframeName;
}

export interface CandleRange {
  /** Exclusive. */
  readonly afterMs: number;
  /** Exclusive. */
  readonly beforeMs: number;
  readonly limit: number;
}

export interface StoreResult {
  readonly stored: number;
  readonly duplicates: number;
}

export interface ReplaceResult extends StoreResult {
  /** Candles that were stored with other values before. */
  readonly replaced: number;
}

/** What is stored of one series. */
export interface SeriesSummary extends Series {
  readonly candles: number;
  readonly firstOpenTimeMs: number;
  readonly lastOpenTimeMs: number;
  /** Holes between the first and the last. */
  readonly gaps: number;
  /** Candles missing in them. */
  readonly missing: number;
}

export interface CandleReader {
  /** Oldest first. */
  read(series: Series, range: CandleRange): Promise<DecimalCandle[]>;
}

export interface CandleStore extends CandleReader {
  /**
   * Inserts closed candles, all or none; equal ones that are there already count as duplicates.
   * @throws PermanentError `candle_conflict` (409) naming the first candle that is stored with other values.
   */
  insert(series: Series, candles: readonly DecimalCandle[]): Promise<StoreResult>;
  /** The same range of several symbols, by symbol. */
  readMany(series: Omit<Series, 'symbol'>, symbols: readonly string[], range: CandleRange): Promise<SymbolCandles>;
  /** The newest `count` candles, oldest first. */
  readLatest(series: Series, count: number): Promise<DecimalCandle[]>;
  findBounds(series: Series): Promise<{ firstOpenTimeMs: number; lastOpenTimeMs: number } | undefined>;
}

/** For who looks after the stored candles as a whole. */
export interface CandleArchive {
  /** Inserts closed candles, all or none, also in place of other values. */
  replace(series: Series, candles: readonly DecimalCandle[]): Promise<ReplaceResult>;
  /** All that is stored, by source, symbol and timeframe. */
  summarize(): Promise<SeriesSummary[]>;
}

export type SymbolCandles = ReadonlyMap<string, readonly DecimalCandle[]>;

interface CandleRow {
  symbol: string;
  open_time_ms: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
const COLUMNS = 'open_time_ms, open, high, low, close, volume';
const INSERT_CHUNK = 10_000;

export function candleStore(database: Database): CandleStore & CandleArchive {
  return {
    insert: (series, candles) => database.transaction((sql) => insertChunks(sql, series, candles)),
    replace: (series, candles) => database.transaction((sql) => replaceChunks(sql, series, candles)),
    summarize: () => summarizeSeries(database),
    read: (series, range) => read(database, series, range),
    readMany: (series, symbols, range) => readMany(database, { ...series, symbols }, range),
    readLatest: (series, count) => readLatest(database, series, count),
    findBounds: (series) => findBounds(database, series),
  };
}

async function insertChunks(sql: Sql, series: Series, candles: readonly DecimalCandle[]): Promise<StoreResult> {
  let stored = 0;
  for (let from = 0; from < candles.length; from += INSERT_CHUNK) {
    stored += await insertChunk(sql, series, candles.slice(from, from + INSERT_CHUNK));
  }
  return { stored, duplicates: candles.length - stored };
}

const INSERT = `INSERT INTO candles (source, symbol, timeframe, ${COLUMNS})
     SELECT $1, $2, $3, t.*
       FROM unnest($4::bigint[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[]) AS t`;

function columnsOf(candles: readonly DecimalCandle[]): readonly unknown[] {
  return [candles.map(({ openTimeMs }) => openTimeMs), ...FIELDS.map((f) => candles.map((candle) => candle[f]))];
}

async function insertChunk(sql: Sql, series: Series, candles: readonly DecimalCandle[]): Promise<number> {
  const key = [series.source, series.symbol, series.timeframe];
  const columns = columnsOf(candles);
  const { rowCount } = await sql.query(`${INSERT} ON CONFLICT DO NOTHING`, [...key, ...columns]);
  if (rowCount < candles.length) await refuseDifferent(sql, key, columns);
  return rowCount;
}

async function refuseDifferent(sql: Sql, key: readonly string[], columns: readonly unknown[]): Promise<void> {
  const { rows } = await sql.query<Record<string, string>>(
    `SELECT t.open_time_ms, ${FIELDS.map((f) => `t.${f} AS ${f}, c.${f} AS stored_${f}`).join(', ')}
       FROM unnest($4::bigint[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[])
            AS t (${COLUMNS})
      -- LIMIT keeps this an index lookup a candle, whatever the planner thinks of a table it has no statistics of.
      CROSS JOIN LATERAL (
        SELECT * FROM candles
         WHERE source = $1 AND symbol = $2 AND timeframe = $3 AND open_time_ms = t.open_time_ms LIMIT 1) AS c
      WHERE (t.open, t.high, t.low, t.close, t.volume) IS DISTINCT FROM (c.open, c.high, c.low, c.close, c.volume)
      ORDER BY t.open_time_ms
      LIMIT 1`,
    [...key, ...columns],
  );
  const [row] = rows;
  if (row === undefined) return;
  const openTimeMs = Number(row['open_time_ms']);
  const field = FIELDS.find((f) => Number(row[f]) !== Number(row[`stored_${f}`])) ?? 'close';
  const name = `${key.join(' ')} ${new Date(openTimeMs).toISOString()}`;
  throw new PermanentError(
    `candle ${name}: expected the stored ${field} ${row[`stored_${field}`] ?? ''}, was ${row[field] ?? ''}; a closed candle does not change`,
    { code: 'candle_conflict', status: 409, details: { openTimeMs, field } },
  );
}

async function replaceChunks(sql: Sql, series: Series, candles: readonly DecimalCandle[]): Promise<ReplaceResult> {
  let stored = 0;
  let replaced = 0;
  for (let from = 0; from < candles.length; from += INSERT_CHUNK) {
    const key = [series.source, series.symbol, series.timeframe];
    const values = FIELDS.map((f) => `EXCLUDED.${f}`).join(', ');
    const { rows } = await sql.query<{ is_new: boolean }>(
      `${INSERT} ON CONFLICT (source, symbol, timeframe, open_time_ms)
       DO UPDATE SET (${FIELDS.join(', ')}) = ROW (${values})
       WHERE (${FIELDS.map((f) => `candles.${f}`).join(', ')}) IS DISTINCT FROM (${values})
       -- A row that no transaction has locked or updated was inserted here.
       RETURNING xmax = 0 AS is_new`,
      [...key, ...columnsOf(candles.slice(from, from + INSERT_CHUNK))],
    );
    const fresh = rows.filter((row) => row.is_new).length;
    stored += fresh;
    replaced += rows.length - fresh;
  }
  return { stored, duplicates: candles.length - stored - replaced, replaced };
}

async function summarizeSeries(sql: Sql): Promise<SeriesSummary[]> {
  const { rows } = await sql.query<
    Record<'source' | 'symbol' | 'candles' | 'first' | 'last' | 'gaps', string> & Series
  >(
    `SELECT source, symbol, timeframe, count(*) AS candles, min(open_time_ms) AS first, max(open_time_ms) AS last,
            count(*) FILTER (WHERE open_time_ms - previous > step_ms) AS gaps
       FROM (SELECT source, symbol, timeframe, open_time_ms,
                    lag(open_time_ms) OVER (PARTITION BY source, symbol, timeframe ORDER BY open_time_ms) AS previous
               FROM candles) AS c
       JOIN unnest($1::text[], $2::bigint[]) AS t (timeframe, step_ms) USING (timeframe)
      GROUP BY source, symbol, timeframe ORDER BY source, symbol, timeframe`,
    [timeframeName.options, timeframeName.options.map(timeframeMs)],
  );
  return rows.map(({ source, symbol, timeframe, candles, first, last, gaps }) => {
    const span = (Number(last) - Number(first)) / timeframeMs(timeframe) + 1;
    const bounds = { firstOpenTimeMs: Number(first), lastOpenTimeMs: Number(last) };
    const missing = span - Number(candles);
    return { source, symbol, timeframe, candles: Number(candles), ...bounds, gaps: Number(gaps), missing };
  });
}

async function read(sql: Sql, series: Series, range: CandleRange): Promise<DecimalCandle[]> {
  const { rows } = await sql.query<CandleRow>(
    `SELECT ${COLUMNS} FROM candles
      WHERE source = $1 AND symbol = $2 AND timeframe = $3 AND open_time_ms > $4 AND open_time_ms < $5
      ORDER BY open_time_ms LIMIT $6`,
    [series.source, series.symbol, series.timeframe, range.afterMs, range.beforeMs, range.limit],
  );
  return rows.map(candleOf);
}

async function readMany(
  sql: Sql,
  series: { source: string; timeframe: TimeframeName; symbols: readonly string[] },
  range: CandleRange,
): Promise<SymbolCandles> {
  const { rows } = await sql.query<CandleRow>(
    `SELECT s.symbol, c.* FROM unnest($2::text[]) AS s (symbol)
      CROSS JOIN LATERAL (
        SELECT ${COLUMNS} FROM candles
         WHERE source = $1 AND symbol = s.symbol AND timeframe = $3 AND open_time_ms > $4 AND open_time_ms < $5
         ORDER BY open_time_ms LIMIT $6) AS c`,
    [series.source, series.symbols, series.timeframe, range.afterMs, range.beforeMs, range.limit],
  );
  const bySymbol = new Map<string, DecimalCandle[]>(series.symbols.map((symbol) => [symbol, []]));
  for (const row of rows) bySymbol.get(row.symbol)?.push(candleOf(row));
  for (const candles of bySymbol.values()) candles.sort((a, b) => a.openTimeMs - b.openTimeMs);
  return bySymbol;
}

async function readLatest(sql: Sql, series: Series, count: number): Promise<DecimalCandle[]> {
  const { rows } = await sql.query<CandleRow>(
    `SELECT ${COLUMNS} FROM candles WHERE source = $1 AND symbol = $2 AND timeframe = $3
      ORDER BY open_time_ms DESC LIMIT $4`,
    [series.source, series.symbol, series.timeframe, count],
  );
  return rows.map(candleOf).reverse();
}

async function findBounds(sql: Sql, series: Series) {
  const { rows } = await sql.query<{ first: string | null; last: string | null }>(
    `SELECT min(open_time_ms) AS first, max(open_time_ms) AS last FROM candles
      WHERE source = $1 AND symbol = $2 AND timeframe = $3`,
    [series.source, series.symbol, series.timeframe],
  );
  const [row] = rows;
  if (row === undefined || row.first === null || row.last === null) return undefined;
  return { firstOpenTimeMs: Number(row.first), lastOpenTimeMs: Number(row.last) };
}

function candleOf(row: CandleRow): DecimalCandle {
  const { open, high, low, close, volume } = row;
  return { openTimeMs: Number(row.open_time_ms), open, high, low, close, volume };
}
