import type { DecimalCandle } from '@octant/trading/market/candle';
import { Decimal } from '@octant/trading/money/decimal';
import { readPages, type CandleDepot, type SeriesName } from './candle-depot.js';

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
const SHOWN = 5;

/** One candle that is stored with other values. */
export interface CandleConflict {
  readonly openTimeMs: number;
  readonly field: (typeof FIELDS)[number];
  readonly stored: string;
  readonly given: string;
}

export interface Comparison {
  /** Not stored, or with other values; oldest first. */
  readonly pending: readonly DecimalCandle[];
  readonly equal: number;
  readonly differing: number;
  /** The first few that differ. */
  readonly conflicts: readonly CandleConflict[];
}

/** Holds candles (rising time, at least one) against what is stored of the series. */
export async function compareCandles(
  depot: CandleDepot,
  series: SeriesName,
  candles: readonly DecimalCandle[],
): Promise<Comparison> {
  const stored = await readStored(depot, series, candles);
  const pending: DecimalCandle[] = [];
  const conflicts: CandleConflict[] = [];
  let differing = 0;
  for (const given of candles) {
    const other = stored.get(given.openTimeMs);
    const conflict = other === undefined ? undefined : findConflict(other, given);
    if (conflict !== undefined) {
      differing += 1;
      if (conflicts.length < SHOWN) conflicts.push(conflict);
    }
    if (other === undefined || conflict !== undefined) pending.push(given);
  }
  return { pending, equal: candles.length - pending.length, differing, conflicts };
}

/** What is stored of the series between the first and the last of the candles, by open time. */
async function readStored(
  depot: CandleDepot,
  series: SeriesName,
  candles: readonly DecimalCandle[],
): Promise<ReadonlyMap<number, DecimalCandle>> {
  const [first, last] = [candles[0], candles.at(-1)];
  const stored = new Map<number, DecimalCandle>();
  if (first === undefined || last === undefined) return stored;
  const range = { fromMs: first.openTimeMs, toMs: last.openTimeMs + 1 };
  for await (const page of readPages(depot, series, range)) {
    for (const candle of page) stored.set(candle.openTimeMs, candle);
  }
  return stored;
}

/** The first field in which two candles of one time differ as numbers; `1.5` and `1.50` are the same. */
export function findConflict(stored: DecimalCandle, given: DecimalCandle): CandleConflict | undefined {
  const field = FIELDS.find(
    (name) => stored[name] !== given[name] && !Decimal.of(stored[name]).eq(Decimal.of(given[name])),
  );
  if (field === undefined) return undefined;
  return { openTimeMs: given.openTimeMs, field, stored: stored[field], given: given[field] };
}
