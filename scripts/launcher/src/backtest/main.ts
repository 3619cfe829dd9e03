import { Worker } from 'node:worker_threads';
import { Chalk } from 'chalk';
import { InputError, InterruptedError, Interruption } from '../interruption.js';
import { jsonOf } from './backtest-job.js';
import type { BacktestWord, BacktestWork } from './backtest-worker.js';
import { parseBacktestFlags, type BacktestFlags } from './command-line.js';
import type { BacktestOutcome } from './execute-backtest.js';
import { configFolder } from './config-folder.js';
import { exitCodeOf } from './exit-code.js';
import { renderBacktest } from './render-backtest.js';
import { showProgress } from './show-progress.js';

/** `npm run backtest`. Resolves to the exit code: 0 done, 1 failed, 2 bad input, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  return exitCodeOf(async () => {
    await backtest(parseBacktestFlags(argv));
    return 0;
  });
}

async function backtest(flags: BacktestFlags): Promise<void> {
  const interruption = new Interruption(() => undefined);
  try {
    const outcome = await inWorker({ flags, configSource: configFolder() }, interruption.signal);
    if (flags.json === true) {
      process.stdout.write(jsonOf(outcome));
      return;
    }
    process.stdout.write(`${renderBacktest(outcome, new Chalk())}\n`);
    for (const file of [flags.json, flags.html]) {
      if (typeof file === 'string') process.stdout.write(`Report written to ${file}\n`);
    }
  } finally {
    interruption.close();
  }
}

/** The run has a thread of its own, so that this one draws the progress and hears Ctrl-C. */
async function inWorker(work: BacktestWork, signal: AbortSignal): Promise<BacktestOutcome> {
  const worker = new Worker(new URL('./backtest-worker.js', import.meta.url), { workerData: work });
  const progress = showProgress({ isTerminal: process.stderr.isTTY, unit: 'candles' });
  try {
    return await new Promise<BacktestOutcome>((done, fail) => {
      signal.addEventListener('abort', () => fail(new InterruptedError()), { once: true });
      worker.on('error', fail);
      worker.on('exit', () => fail(new Error('expected the backtest to report, was an end without a word')));
      worker.on('message', (word: BacktestWord) => {
        if (word.kind === 'progress') progress.update(word.done, word.total);
        else if (word.kind === 'done') done(word.outcome);
        else fail(word.isInput ? new InputError(word.message) : new Error(word.message));
      });
    });
  } finally {
    progress.stop();
    await worker.terminate();
  }
}
