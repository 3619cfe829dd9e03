import type { Candle } from './candle.js';

/**
 * Candles of one symbol and timeframe as columns: five `Float64Array` of `length` elements beside the open times, in
 * rising time. Prices in quote currency, volume in base currency. Row `i` is the same candle in each.
 */
export interface CandleColumns {
  readonly length: number;
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** Columns of candles, in their order. */
export function columnsOf(candles: readonly Candle[]): CandleColumns {
  const columns = emptyColumns(candles.length);
  for (const [index, candle] of candles.entries()) {
    columns.openTimeMs[index] = candle.openTimeMs;
    columns.open[index] = candle.open;
    columns.high[index] = candle.high;
    columns.low[index] = candle.low;
    columns.close[index] = candle.close;
    columns.volume[index] = candle.volume;
  }
  return columns;
}

/** Columns of `length` rows, all 0. */
export function emptyColumns(length: number): CandleColumns {
  const column = (): Float64Array => new Float64Array(length);
  return {
    length,
    openTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
}
