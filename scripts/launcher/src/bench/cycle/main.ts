import { runBenchmark } from '../run-benchmark.js';
import { parseCycleFlags } from './command-line.js';
import { measureCycle } from './measure-cycle.js';

/** `npm run bench:cycle`. Resolves to the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runBenchmark(
    {
      name: 'cycle',
      parse: parseCycleFlags,
      measure: (options, { candles }) => measureCycle({ ...options, candles }),
    },
    argv,
  );
}
