import Table from 'cli-table3';
import type { StoredSeries } from '../desk/stored-series.js';
import { formatCount, formatTime } from '../screen/format.js';
import type { ListFlags } from './command-line.js';
import type { DataContext, DataResult } from './data-context.js';
import { openDepot } from './open-depot.js';

/** `list`: what the store has. */
export async function listSeries(flags: ListFlags, context: DataContext): Promise<DataResult> {
  const depot = await openDepot(flags, context);
  const series = await depot.list();
  return { json: { series }, text: renderSeries(series), ok: true };
}

export function renderSeries(series: readonly StoredSeries[]): string {
  if (series.length === 0) return 'Nothing is stored: npm run data -- import FILE, or fetch';
  const table = new Table({
    head: ['source', 'symbol', 'timeframe', 'first', 'last', 'candles', 'gaps', 'missing'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'left', 'left', 'left', 'right', 'right', 'right'],
  });
  for (const one of series) {
    const times = [one.firstOpenTimeMs, one.lastOpenTimeMs].map(formatTime);
    const counts = [one.candles, one.gaps, one.missing].map(formatCount);
    table.push([one.source, one.symbol, one.timeframe, ...times, ...counts]);
  }
  return table.toString();
}
