import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import { benchFiles, benchVariables } from '../cycle/bench-home.js';
import type { BenchSheet } from '../result.js';
import type { BenchOptions } from '../run-benchmark.js';
import { BENCH_TIMEFRAME, laidEndToEnd } from './bench-market.js';
import { writeCandleFile } from './candle-file.js';

const run = promisify(execFile);
const STRATEGY = 'momentum';
const COMMAND_AIM_S = 2;
const MEMORY_AIM_BYTES = 100;
const YEARS = 5;
const memoryWords = z.object({ bytes: z.number(), candles: z.number() });

export interface CommandMeasure extends BenchOptions {
  readonly year: ColumnSeries;
  readonly repeats: number;
}

/** The wall time of `node scripts/backtest.js` from a CSV.gz file of the year to the JSON of its report. */
export async function measureCommand(measure: CommandMeasure, sheet: BenchSheet): Promise<void> {
  const { root, env, signal, repeats, say, year } = measure;
  await withFile(measure, year, async (file, home) => {
    const flags = ['--data', file, '--timeframe', BENCH_TIMEFRAME, '--strategy', STRATEGY];
    const args = [join(root, 'scripts', 'backtest.js'), ...flags, '--json', join(home, 'report.json')];
    for (let round = 0; round <= repeats; round += 1) {
      const startedAt = performance.now();
      await run(process.execPath, args, { cwd: root, env: benchVariables(env), signal });
      if (round > 0) sheet.add('CSV.gz of a year to JSON', 's', (performance.now() - startedAt) / 1000);
      say(`command: round ${round} of ${repeats}`);
    }
  });
  const seconds = sheet.value('CSV.gz of a year to JSON');
  sheet.judge('CSV.gz of a year to JSON, seconds', seconds, { sign: '<=', limit: COMMAND_AIM_S });
}

/** The most memory that a process needs to read five years and trade them, beyond what it needs for a few candles. */
export async function measureMemory(measure: CommandMeasure, sheet: BenchSheet): Promise<void> {
  const { root, env, signal, say, year } = measure;
  await withFile(measure, laidEndToEnd(year, YEARS), async (file) => {
    const script = join(root, 'scripts', 'launcher', 'dist', 'bench', 'backtest', 'memory-worker.js');
    const { stdout } = await run(process.execPath, [script, root, file], {
      cwd: root,
      env: benchVariables(env),
      signal,
    });
    const { bytes, candles } = memoryWords.parse(JSON.parse(stdout));
    sheet.add(`peak memory of ${YEARS} years beyond a small run`, 'bytes/candle', bytes / candles);
    say(`memory: ${candles} candles`);
  });
  const bytes = sheet.value(`peak memory of ${YEARS} years beyond a small run`);
  sheet.judge('bytes a candle', bytes, { sign: '<=', limit: MEMORY_AIM_BYTES });
}

async function withFile(
  { root, closing, say }: BenchOptions,
  { symbol, columns }: ColumnSeries,
  use: (file: string, home: string) => Promise<void>,
): Promise<void> {
  const { home } = benchFiles(root, 'bench-backtest');
  const file = join(home, `${symbol}.${BENCH_TIMEFRAME}.csv.gz`);
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  closing.add(remove);
  say(`writing ${columns.length} candles`);
  await writeCandleFile(file, columns);
  await use(file, home);
  remove();
}
