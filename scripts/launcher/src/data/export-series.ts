import { chooseSymbol } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
import { showCount } from '../screen/count-progress.js';
import { formatCount } from '../screen/format.js';
import { readPages } from './candle-depot.js';
import { CandleFileWriter } from './candle-file-writer.js';
import type { ExportFlags } from './command-line.js';
import type { DataContext, DataResult } from './data-context.js';
import { openDepot } from './open-depot.js';
import { selectSeries } from './select-series.js';

/** `export`: one stored series into a file, which appears when it is whole. */
export async function exportSeries(flags: ExportFlags, context: DataContext): Promise<DataResult> {
  const symbol = chooseSymbol(flags.symbol, context.config);
  const { source, timeframe, out, from: fromMs, to: toMs } = flags;
  const depot = await openDepot(flags, context);
  const series = selectSeries(await depot.list(), {
    symbol,
    ...(source === undefined ? {} : { source }),
    ...(timeframe === undefined ? {} : { timeframe }),
  });
  const writer = new CandleFileWriter(out);
  const progress = showCount({ total: series.candles, unit: 'candles' }, context);
  let candles = 0;
  try {
    for await (const page of readPages(depot, series, { fromMs, toMs })) {
      context.signal.throwIfAborted();
      await writer.append(page);
      candles += page.length;
      progress.update(candles);
    }
    if (candles === 0) throw new InputError(`expected candles of ${symbol} between --from and --to, was none`);
    await writer.finish();
  } catch (error) {
    await writer.discard();
    throw error;
  } finally {
    progress.stop();
  }
  const name = { source: series.source, symbol, timeframe: series.timeframe };
  return {
    json: { ...name, file: out, candles },
    text: `${out}: ${formatCount(candles)} candles of ${name.source} ${symbol} ${name.timeframe}`,
    ok: true,
  };
}
