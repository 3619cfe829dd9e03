import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import { columnsBetween } from '@octant/trading/market/candle-columns';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { candlePieces } from '../data/candle-pieces.js';
import { timeframeOfFile } from '../data/file-timeframe.js';
import { readColumnFile } from '../data/read-candle-file.js';
import { InputError } from '../interruption.js';

interface FinerRequest {
  readonly data: readonly string[];
  readonly finer?: readonly string[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Reads the shorter candles that `--finer` names. @throws InputError naming file and reason. */
export async function readFinerSeries(
  { data, finer = [], from, to }: FinerRequest,
  main: { readonly series: readonly ColumnSeries[]; readonly timeframe: TimeframeName },
): Promise<readonly ColumnSeries[]> {
  if (finer.length > data.length) {
    throw new InputError(`--finer: expected at most one a file of --data (${data.length}), was ${finer.length}`);
  }
  const read: ColumnSeries[] = [];
  for (const [index, file] of finer.entries()) {
    const timeframe = timeframeOfFile(file, await beginningOf(file));
    if (timeframeMs(timeframe) >= timeframeMs(main.timeframe)) {
      throw new InputError(`${file}: expected candles shorter than ${main.timeframe}, was ${timeframe}`);
    }
    const symbol = main.series[index]?.symbol ?? '';
    read.push({ symbol, columns: columnsBetween(await readColumnFile(file, timeframe), from, to) });
  }
  return read;
}

/** Enough of a file to tell its timeframe. */
async function beginningOf(file: string): Promise<string> {
  for await (const piece of candlePieces(file)) return Buffer.from(piece).toString('utf8');
  return '';
}
