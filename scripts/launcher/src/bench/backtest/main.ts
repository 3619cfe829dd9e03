import { runBenchmark } from '../run-benchmark.js';
import { parseBacktestBenchFlags } from './command-line.js';
import { measureBacktest } from './measure-backtest.js';

/** `npm run bench:backtest`. Resolves to the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runBenchmark({ name: 'backtest', parse: parseBacktestBenchFlags, measure: measureBacktest }, argv);
}
