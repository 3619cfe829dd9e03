import { parseChaosFlags } from './command-line.js';
import { renderChaos } from './result.js';
import { runChaos } from './run-chaos.js';
import { runVerdict } from './run-verdict.js';

/** `npm run chaos`. Resolves to the exit code: 0 when every message and every effect is accounted for, 1 when not. */
export function main(argv: readonly string[]): Promise<number> {
  return runVerdict({ parse: parseChaosFlags, run: runChaos, render: renderChaos }, argv);
}
