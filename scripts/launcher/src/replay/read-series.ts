import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { splitRange } from '@octant/trading/market/candle-csv';
import { symbolFromFileName } from '@octant/trading/market/symbol';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { readCandleFile } from '../data/read-candle-file.js';
import { chooseSymbol, type DeskConfig } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';

/** Candles of one symbol in rising time. */
export interface Series {
  readonly symbol: string;
  readonly candles: readonly DecimalCandle[];
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
  const { files, symbols } = request;
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
  return named.map(({ file, symbol }) => ({ symbol, candles: readCandles(file, request) }));
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
  if (candles.length > 0) return candles;
  const [first, last] = [all[0], all.at(-1)].map((candle) => new Date(candle?.openTimeMs ?? 0).toISOString());
  throw new InputError(`${file}: expected candles between --from and --to, was ${first ?? ''} to ${last ?? ''}`);
}
