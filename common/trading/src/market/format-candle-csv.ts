import type { DecimalCandle } from './candle.js';

/** First line of a candle file. */
export const CANDLE_CSV_HEADER = 'timestamp,open,high,low,close,volume';

/** The candles as lines of a candle file, each with its line break; numbers verbatim. The header is not among them. */
export function formatCandleRows(candles: readonly DecimalCandle[]): string {
  let text = '';
  for (const { openTimeMs, open, high, low, close, volume } of candles) {
    text += `${String(openTimeMs)},${open},${high},${low},${close},${volume}\n`;
  }
  return text;
}
