import type { CandleColumns } from '../market/candle-columns.js';

/** The rows [from, to) as columns of their own, without copying; the columns themselves when these are all rows. */
export function rowsOf(columns: CandleColumns, from: number, to: number): CandleColumns {
  if (from === 0 && to === columns.length) return columns;
  return {
    length: to - from,
    openTimeMs: columns.openTimeMs.subarray(from, to),
    open: columns.open.subarray(from, to),
    high: columns.high.subarray(from, to),
    low: columns.low.subarray(from, to),
    close: columns.close.subarray(from, to),
    volume: columns.volume.subarray(from, to),
  };
}
