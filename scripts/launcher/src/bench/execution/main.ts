import { runBenchmark } from '../run-benchmark.js';
import { parseExecutionFlags } from './command-line.js';
import { measureExecution } from './measure-execution.js';

/** `npm run bench:execution`. Resolves to the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runBenchmark({ name: 'execution', parse: parseExecutionFlags, measure: measureExecution }, argv);
}
