import type { DecimalCandle } from '@octant/trading/market/candle';
import { parseCandleCsv } from '@octant/trading/market/candle-csv';
import { findTimeframeFault } from '@octant/trading/market/infer-timeframe';
import { closeTimeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { asInputError } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
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
  // As a rule the second one follows the first, and no more is looked at.
  if (candles.some((candle, index) => candle.openTimeMs === closeOf(candles[index - 1], chosen))) {
    return { timeframe: chosen, candles };
  }
  const fault = findTimeframeFault(
    candles.map(({ openTimeMs }) => openTimeMs),
    chosen,
  );
  if (fault !== undefined) throw new InputError(`${file}: timeframe: ${fault}`);
  return { timeframe: chosen, candles };
}

function closeOf(candle: DecimalCandle | undefined, timeframe: TimeframeName): number | undefined {
  return candle === undefined ? undefined : closeTimeMs(candle.openTimeMs, timeframe);
}
