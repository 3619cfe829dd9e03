import { BenchSheet } from '../result.js';
import type { BenchOptions } from '../run-benchmark.js';
import { seriesOf } from './bench-market.js';
import type { BacktestBenchFlags } from './command-line.js';
import { Engine } from './engine-case.js';
import { measureCommand, measureMemory } from './measure-command.js';
import { measureEngine } from './measure-engine.js';
import { measureIndicators } from './measure-indicators.js';
import { measureLinearity } from './measure-linearity.js';

/** All figures in one run. @throws Error when something could not be measured. */
export async function measureBacktest(options: BenchOptions, flags: BacktestBenchFlags): Promise<BenchSheet> {
  const sheet = new BenchSheet();
  const { say } = options;
  const { repeats, only } = flags;
  say(`simulating ${flags.candles} candles`);
  const year = seriesOf('BTC-USDT', flags.candles);
  const engine = new Engine(options.root);
  if (only.includes('engine')) measureEngine({ engine, year, repeats, say }, sheet);
  if (only.includes('linearity')) measureLinearity({ engine, year, repeats, say }, sheet);
  if (only.includes('indicators')) measureIndicators({ columns: year.columns, repeats, say }, sheet);
  if (only.includes('command')) await measureCommand({ ...options, year, repeats }, sheet);
  if (only.includes('memory')) await measureMemory({ ...options, year, repeats }, sheet);
  return sheet;
}
