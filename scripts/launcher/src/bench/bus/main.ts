import { runBenchmark } from '../run-benchmark.js';
import { parseBusFlags } from './command-line.js';
import { measureBus } from './measure-bus.js';

/** `npm run bench:bus`. Resolves to the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runBenchmark({ name: 'bus', parse: parseBusFlags, measure: measureBus }, argv);
}
