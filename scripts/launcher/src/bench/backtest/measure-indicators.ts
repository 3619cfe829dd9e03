import type { CandleColumns } from '@octant/trading/market/candle-columns';
import type { BenchSheet } from '../result.js';
import { indicatorPairs } from './indicator-pairs.js';
import { rateOf } from './stopwatch.js';

const LIBRARIES = ['technicalindicators', 'tradingSignals'] as const;
const NAMES = { technicalindicators: 'technicalindicators', tradingSignals: 'trading-signals' };
const AIM = 5;
/** What the other libraries are given: their lists of objects would fill the memory for a year of minutes. */
const MOST_CANDLES = 200_000;

/** Values a second of each indicator, beside the two libraries that have it. */
export function measureIndicators(
  { columns, repeats, say }: { columns: CandleColumns; repeats: number; say: (line: string) => void },
  sheet: BenchSheet,
): void {
  const length = Math.min(columns.length, MOST_CANDLES);
  for (const pair of indicatorPairs(firstOf(columns, length))) {
    for (let round = 0; round <= repeats; round += 1) {
      const note = (library: string, rate: number): void => {
        if (round > 0) sheet.add(`${pair.name}, ${library}`, 'candles/s', rate);
      };
      note('ours', rateOf(length, pair.ours));
      for (const library of LIBRARIES) {
        const job = pair[library];
        if (job !== undefined) note(NAMES[library], rateOf(length, job));
      }
    }
    for (const library of LIBRARIES) {
      if (pair[library] === undefined) continue;
      const ratio = sheet.value(`${pair.name}, ours`) / sheet.value(`${pair.name}, ${NAMES[library]}`);
      sheet.judge(`${pair.name} over ${NAMES[library]}`, ratio, { sign: '>=', limit: AIM });
    }
  }
  say('indicators: done');
}

function firstOf(columns: CandleColumns, length: number): CandleColumns {
  const { openTimeMs, open, high, low, close, volume } = columns;
  const cut = (column: Float64Array): Float64Array => column.slice(0, length);
  return {
    length,
    openTimeMs: cut(openTimeMs),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}
