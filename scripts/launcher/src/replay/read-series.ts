import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { columnsBetween, type DecimalColumns } from '@octant/trading/market/candle-columns';
import { splitRange } from '@octant/trading/market/candle-csv';
import { symbolFromFileName } from '@octant/trading/market/symbol';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { readCandleFile, readColumnFile } from '../data/read-candle-file.js';
import { chooseSymbol, type DeskConfig } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';

/** Candles of one symbol in rising time. */
export interface Series {
  readonly symbol: string;
  readonly candles: readonly DecimalCandle[];
}

interface NamedFile {
  readonly file: string;
  readonly symbol: string;
}

export interface SeriesRequest {
  readonly files: readonly string[];
  /** The i-th belongs to the i-th file; where one is missing the file's name gives it. */
  readonly symbols: readonly string[];
  readonly timeframe: TimeframeName;
  /** Open times: from inclusive, to exclusive. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** Reads the candle files of a replay. @throws InputError naming file, line and reason. */
export function readSeries(request: SeriesRequest, config: DeskConfig): readonly Series[] {
  return nameFiles(request, config).map(({ file, symbol }) => ({ symbol, candles: readCandles(file, request) }));
}

/** The same as columns. @throws InputError naming file, line and reason. */
export async function readColumnSeries(request: SeriesRequest, config: DeskConfig): Promise<readonly ColumnSeries[]> {
  const series: ColumnSeries[] = [];
  for (const { file, symbol } of nameFiles(request, config)) {
    series.push({ symbol, columns: await readColumns(file, request) });
  }
  return series;
}

function nameFiles({ files, symbols }: SeriesRequest, config: DeskConfig): readonly NamedFile[] {
  if (symbols.length > files.length) {
    throw new InputError(`--symbol: expected at most one a file (${files.length}), was ${symbols.length}`);
  }
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new InputError(`${missing}: expected a CSV or CSV.gz file, was nothing`);
  const named = files.map((file, index) => ({ file, symbol: symbolOf(file, symbols[index], config) }));
  for (const [index, { file, symbol }] of named.entries()) {
    const first = named.findIndex((other) => other.symbol === symbol);
    if (first !== index)
      throw new InputError(`${file}: expected a symbol of its own, was ${symbol} like ${named[first]?.file ?? ''}`);
  }
  return named;
}

/** The symbol of a file: the given one, else the one that its name carries. @throws InputError */
export function symbolOf(file: string, given: string | undefined, config: DeskConfig): string {
  if (given !== undefined) return chooseSymbol(given, config);
  const found = symbolFromFileName(basename(file), config.markets);
  if (found === undefined)
    throw new InputError(`${file}: expected --symbol, for the file's name has none of config/markets.yaml`);
  return found;
}

function readCandles(file: string, { timeframe, fromMs, toMs }: SeriesRequest): readonly DecimalCandle[] {
  const all = readCandleFile(file, timeframe).candles;
  const candles = splitRange(all, fromMs, toMs);
  if (candles.length === 0) throw outOfRange(file, all[0]?.openTimeMs, all.at(-1)?.openTimeMs);
  return candles;
}

async function readColumns(file: string, { timeframe, fromMs, toMs }: SeriesRequest): Promise<DecimalColumns> {
  const all = await readColumnFile(file, timeframe);
  const columns = columnsBetween(all, fromMs, toMs);
  if (columns.length === 0) throw outOfRange(file, all.openTimeMs[0], all.openTimeMs.at(-1));
  return columns;
}

function outOfRange(file: string, firstMs = 0, lastMs = 0): InputError {
  const [first, last] = [firstMs, lastMs].map((timeMs) => new Date(timeMs).toISOString());
  return new InputError(`${file}: expected candles between --from and --to, was ${first ?? ''} to ${last ?? ''}`);
}
