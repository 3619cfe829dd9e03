import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { decimalColumnsOf, emptyColumns, type DecimalColumns } from '@octant/trading/market/candle-columns';
import { simulateCandles } from '@octant/trading/market/simulated-market';
import { timeframeMs } from '@octant/trading/market/timeframe';

export const BENCH_TIMEFRAME = '1m';
const START_MS = Date.UTC(2024, 0, 1);
const SEED = 7;

/** The first candles of the simulated market. */
export function simulatedMinutes(symbol: string, count: number): DecimalCandle[] {
  const source = simulateCandles({ seed: SEED, symbol, timeframe: BENCH_TIMEFRAME, startMs: START_MS });
  return Array.from({ length: count }, () => source.next().value);
}

export function seriesOf(symbol: string, count: number): ColumnSeries {
  return { symbol, columns: decimalColumnsOf(simulatedMinutes(symbol, count)) };
}

/** The same candles so many times, one pass after the other in time. */
export function laidEndToEnd({ symbol, columns }: ColumnSeries, times: number): ColumnSeries {
  const { length } = columns;
  const long = emptyColumns(length * times);
  const spanMs = length * timeframeMs(BENCH_TIMEFRAME);
  for (let pass = 0; pass < times; pass += 1) {
    const at = pass * length;
    long.openTimeMs.set(
      columns.openTimeMs.map((timeMs) => timeMs + pass * spanMs),
      at,
    );
    for (const field of ['open', 'high', 'low', 'close', 'volume'] as const) long[field].set(columns[field], at);
  }
  return { symbol, columns: withExact(long) };
}

/** Simulated prices are short decimals: every double stands for its decimal. */
function withExact(columns: ReturnType<typeof emptyColumns>): DecimalColumns {
  return { ...columns, exact: new Map() };
}
