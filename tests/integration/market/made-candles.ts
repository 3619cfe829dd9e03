import type { DecimalCandle } from '@octant/trading/market/candle';
import { simulateCandles } from '@octant/trading/market/simulated-market';
import type { TimeframeName } from '@octant/trading/messages/envelope';

export const START_MS = Date.UTC(2024, 0, 1);
export const HOUR_MS = 3_600_000;

export function madeCandles(symbol: string, count: number, timeframe: TimeframeName = '1h'): DecimalCandle[] {
  const made = simulateCandles({ seed: 11, symbol, timeframe, startMs: START_MS });
  return Array.from({ length: count }, () => made.next().value);
}

/** As POST /analysis/ingest takes them. */
export function rowsOf(candles: readonly DecimalCandle[]): (string | number)[][] {
  return candles.map(({ openTimeMs, open, high, low, close, volume }) => [openTimeMs, open, high, low, close, volume]);
}
