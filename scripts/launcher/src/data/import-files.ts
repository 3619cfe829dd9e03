import { existsSync } from 'node:fs';
import { InputError } from '../interruption.js';
import { symbolOf } from '../replay/read-series.js';
import { showCount } from '../screen/count-progress.js';
import { formatCount } from '../screen/format.js';
import { DEPOT_PAGE, type CandleDepot, type SeriesName } from './candle-depot.js';
import type { ImportFlags } from './command-line.js';
import { compareCandles, type CandleConflict, type Comparison } from './compare-candles.js';
import type { DataContext, DataResult } from './data-context.js';
import { openDepot } from './open-depot.js';
import { readCandleFile, type CandleFile } from './read-candle-file.js';

export interface FileImport extends SeriesName {
  readonly file: string;
  readonly candles: number;
  /** New ones that are stored now. */
  readonly stored: number;
  /** Were there with equal values. */
  readonly duplicates: number;
  readonly replaced: number;
  /** Are stored with other values; refused without `--replace`. */
  readonly differing: number;
  readonly conflicts: readonly CandleConflict[];
  /** Stored, or there was nothing to store. */
  readonly ok: boolean;
}

/** `import`: candle files into the store, one after the other. */
export async function importFiles(flags: ImportFlags, context: DataContext): Promise<DataResult> {
  const { files, symbol: symbols = [], source = 'replay' } = flags;
  if (symbols.length > files.length) {
    throw new InputError(`--symbol: expected at most one a file (${files.length}), was ${symbols.length}`);
  }
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new InputError(`${missing}: expected a CSV or CSV.gz file, was nothing`);
  const named = files.map((file, index) => ({ file, symbol: symbolOf(file, symbols[index], context.config) }));
  const done: FileImport[] = [];
  let depot: CandleDepot | undefined;
  for (const { file, symbol } of named) {
    if (context.signal.aborted) break;
    const read = readCandleFile(file, flags.timeframe);
    // Opened only when there is something to store: a bad first file starts no server.
    depot ??= await openDepot(flags, context);
    const series = { source, symbol, timeframe: read.timeframe };
    done.push(await importFile({ file, series, read, replace: flags.replace === true }, depot, context));
  }
  const ok = done.length === files.length && done.every((one) => one.ok);
  return { json: { files: done, ok }, text: done.map(renderImport).join('\n'), ok };
}

interface ImportTask {
  readonly file: string;
  readonly series: SeriesName;
  readonly read: CandleFile;
  readonly replace: boolean;
}

async function importFile(task: ImportTask, depot: CandleDepot, context: DataContext): Promise<FileImport> {
  const { file, series, read, replace } = task;
  const compared = await compareCandles(depot, series, read.candles);
  const isRefused = compared.differing > 0 && !replace;
  const counts = isRefused ? { stored: 0, replaced: 0 } : await store(task, compared, { depot, context });
  const left = compared.pending.length - counts.stored - counts.replaced;
  return {
    ...series,
    file,
    candles: read.candles.length,
    ...counts,
    duplicates: compared.equal,
    differing: compared.differing,
    conflicts: compared.conflicts,
    ok: left === 0,
  };
}

/** Chunk by chunk; what is stored when the user interrupts stays, and the same command goes on from there. */
async function store(
  { file, series, replace }: ImportTask,
  { pending, equal }: Comparison,
  { depot, context }: { depot: CandleDepot; context: DataContext },
): Promise<{ stored: number; replaced: number }> {
  const progress = showCount({ total: pending.length + equal, unit: 'candles', label: file }, context);
  let stored = 0;
  let replaced = 0;
  try {
    for (let from = 0; from < pending.length && !context.signal.aborted; from += DEPOT_PAGE) {
      const chunk = pending.slice(from, from + DEPOT_PAGE);
      const reply = await depot.insert(series, chunk, { replace });
      stored += reply.stored;
      replaced += reply.replaced;
      progress.update(equal + from + chunk.length);
    }
  } finally {
    progress.stop();
  }
  return { stored, replaced };
}

function renderImport(one: FileImport): string {
  const { file, source, symbol, timeframe, candles, stored, duplicates, replaced, differing } = one;
  const counts = [
    `${formatCount(stored)} stored`,
    `${formatCount(duplicates)} there already`,
    ...(replaced > 0 ? [`${formatCount(replaced)} replaced`] : []),
  ].join(', ');
  const line = `${file}: ${formatCount(candles)} candles as ${source} ${symbol} ${timeframe}: ${counts}`;
  if (one.ok) return line;
  if (differing === 0 || replaced > 0) return `${line}; interrupted: the same command goes on`;
  const conflicts = one.conflicts.map(
    ({ openTimeMs, field, stored: was, given }) =>
      `  ${new Date(openTimeMs).toISOString()} ${field}: stored ${was}, in the file ${given}`,
  );
  const refusal = `${file}: refused, ${formatCount(differing)} candles are stored with other values (--replace takes the file's):`;
  return [refusal, ...conflicts].join('\n');
}
