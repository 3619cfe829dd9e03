import type { StoredSeries } from '../desk/stored-series.js';
import { InputError } from '../interruption.js';
import type { SeriesName } from './candle-depot.js';

/** What a command names of a series; what it leaves out may be anything. */
export type WantedSeries = Partial<SeriesName>;

/** The stored series that are meant. */
export function matchSeries(stored: readonly StoredSeries[], wanted: WantedSeries): readonly StoredSeries[] {
  const { source, symbol, timeframe } = wanted;
  return stored.filter(
    (series) =>
      (source === undefined || series.source === source) &&
      (symbol === undefined || series.symbol === symbol) &&
      (timeframe === undefined || series.timeframe === timeframe),
  );
}

/** The one stored series that is meant. @throws InputError when there is none, or when several could be. */
export function selectSeries(stored: readonly StoredSeries[], wanted: WantedSeries): StoredSeries {
  const found = matchSeries(stored, wanted);
  const [first] = found;
  if (first === undefined) throw nothingStored(stored, wanted);
  if (found.length === 1) return first;
  throw new InputError(
    `expected --source and --timeframe that tell one series from the others, were left open: ${names(found)}`,
  );
}

/** Says that there are no candles of what is wanted, and of what there are. */
export function nothingStored(stored: readonly StoredSeries[], wanted: WantedSeries): InputError {
  const what = [wanted.source, wanted.symbol, wanted.timeframe].filter((part) => part !== undefined).join(' ');
  const there = stored.length === 0 ? 'the store is empty' : `stored: ${names(stored)}`;
  return new InputError(`expected stored candles of ${what}, was nothing; ${there}`);
}

function names(series: readonly StoredSeries[]): string {
  const shown = series.slice(0, 12).map(({ source, symbol, timeframe }) => `${source} ${symbol} ${timeframe}`);
  return [...shown, ...(series.length > 12 ? [`and ${series.length - 12} more`] : [])].join(', ');
}
