import { writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Chalk } from 'chalk';
import { configFolder } from '../backtest/config-folder.js';
import { exitCodeOf } from '../backtest/exit-code.js';
import { showProgress } from '../backtest/show-progress.js';
import { parseLookaheadFlags } from './command-line.js';
import { renderLookahead } from './render-lookahead.js';
import { runLookahead } from './run-lookahead.js';
import type { SignalSource } from './signal-run.js';

/**
 * `npm run lookahead`. Resolves to the exit code: 0 no difference, 1 a difference, 2 bad input; Ctrl-C ends the process
 * at once, for nothing has to be put away
 *
 * @param sources strategies in place of those that the flags name: a test's own.
 */
export async function main(argv: readonly string[], sources?: readonly SignalSource[]): Promise<number> {
  return exitCodeOf(async () => {
    const flags = parseLookaheadFlags(argv);
    const progress = showProgress({ isTerminal: process.stderr.isTTY, unit: 'places' });
    try {
      const report = await runLookahead(flags, {
        configSource: configFolder(),
        breathe: () => nextTurn(undefined),
        onProgress: (_strategy, done, total) => progress.update(done, total),
        ...(sources === undefined ? {} : { sources }),
      });
      progress.stop();
      const text = `${JSON.stringify(report, null, 2)}\n`;
      if (typeof flags.json === 'string') writeFileSync(flags.json, text);
      process.stdout.write(flags.json === true ? text : `${renderLookahead(report, new Chalk())}\n`);
      return report.ok ? 0 : 1;
    } finally {
      progress.stop();
    }
  });
}
