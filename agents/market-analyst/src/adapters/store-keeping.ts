import { PermanentError } from '@octant/platform/errors/errors';
import type { DecimalCandle } from '@octant/trading/market/candle';
import type { CandleStore, Series } from './candle-store.js';

/** What is stored of a run of candles now, and how many of them the venue gives otherwise than before. */
export interface KeptCandles {
  readonly candles: readonly DecimalCandle[];
  readonly changed: number;
}

/** Stores candles, oldest first; where other values are stored already, those stay: a closed candle does not change. */
export async function storeKeeping(
  store: Pick<CandleStore, 'insert' | 'read'>,
  series: Series,
  candles: readonly DecimalCandle[],
): Promise<KeptCandles> {
  try {
    await store.insert(series, candles);
    return { candles, changed: 0 };
  } catch (error) {
    if (!(error instanceof PermanentError) || error.code !== 'candle_conflict') throw error;
    const range = { afterMs: (candles[0]?.openTimeMs ?? 0) - 1, beforeMs: (candles.at(-1)?.openTimeMs ?? 0) + 1 };
    const rows = await store.read(series, { ...range, limit: candles.length });
    const stored = new Map(rows.map((row) => [row.openTimeMs, row]));
    const kept = candles.map((candle) => stored.get(candle.openTimeMs) ?? candle);
    await store.insert(series, kept);
    return { candles: kept, changed: candles.filter((candle, at) => !isSameCandle(candle, kept[at] ?? candle)).length };
  }
}

/** True when two candles say the same, whatever their trailing zeros. */
export function isSameCandle(a: DecimalCandle, b: DecimalCandle): boolean {
  return FIELDS.every((field) => a[field] === b[field] || Number(a[field]) === Number(b[field]));
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
