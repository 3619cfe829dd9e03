import type { DecimalCandle } from '@octant/trading/market/candle';
import type { DecimalColumns } from '@octant/trading/market/candle-columns';
import { parseCandleCsv } from '@octant/trading/market/candle-csv';
import { findTimeframeFault } from '@octant/trading/market/infer-timeframe';
import { CandleColumnsReader } from '@octant/trading/market/read-candle-columns';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { asInputError } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
import { candlePieces } from './candle-pieces.js';
import { timeframeOfFile } from './file-timeframe.js';
import { readCandleText } from './read-candle-text.js';

/** Candles of one file in rising time, at least one. */
export interface CandleFile {
  readonly timeframe: TimeframeName;
  readonly candles: readonly DecimalCandle[];
}

/** Reads a candle file. @throws InputError naming file, line, column, value and expectation. */
export function readCandleFile(file: string, timeframe?: TimeframeName): CandleFile {
  const text = readCandleText(file);
  const chosen = timeframe ?? timeframeOfFile(file, text);
  let candles: readonly DecimalCandle[];
  try {
    candles = parseCandleCsv(text, { file, timeframe: chosen });
  } catch (error) {
    throw asInputError(error);
  }
  assertTimeframe(
    file,
    Float64Array.from(candles, ({ openTimeMs }) => openTimeMs),
    chosen,
  );
  return { timeframe: chosen, candles };
}

/** The same as columns, piece by piece: a tenth of the memory. @throws InputError as `readCandleFile`. */
export async function readColumnFile(file: string, timeframe: TimeframeName): Promise<DecimalColumns> {
  const reader = new CandleColumnsReader({ file, timeframe });
  let columns: DecimalColumns;
  try {
    for await (const piece of candlePieces(file)) reader.push(piece);
    columns = reader.finish();
  } catch (error) {
    throw asInputError(error);
  }
  assertTimeframe(file, columns.openTimeMs, timeframe);
  return columns;
}

function assertTimeframe(file: string, openTimesMs: Float64Array, timeframe: TimeframeName): void {
  // As a rule the second one follows the first, and no more is looked at.
  const stepMs = timeframeMs(timeframe);
  if (openTimesMs.some((timeMs, index) => timeMs === (openTimesMs[index - 1] ?? Number.NaN) + stepMs)) return;
  const fault = findTimeframeFault(openTimesMs, timeframe);
  if (fault !== undefined) throw new InputError(`${file}: timeframe: ${fault}`);
}
