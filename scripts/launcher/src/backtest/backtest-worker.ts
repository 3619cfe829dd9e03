import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../interruption.js';
import { runBacktestJob } from './backtest-job.js';
import type { BacktestFlags } from './command-line.js';
import type { BacktestOutcome } from './execute-backtest.js';

/** What the worker is started with. */
export interface BacktestWork {
  readonly flags: BacktestFlags;
  readonly configSource: string;
}

/** What the worker says, the last one of them being `done` or `failed`. */
export type BacktestWord =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly outcome: BacktestOutcome }
  | { readonly kind: 'failed'; readonly message: string; readonly isInput: boolean };

const say = (word: BacktestWord): void => parentPort?.postMessage(word);

try {
  const { flags, configSource } = workerData as BacktestWork;
  const outcome = await runBacktestJob(flags, {
    configSource,
    onProgress: (done, total) => say({ kind: 'progress', done, total }),
  });
  say({ kind: 'done', outcome });
} catch (error) {
  const isInput = error instanceof InputError;
  const message = error instanceof Error ? (isInput ? error.message : (error.stack ?? error.message)) : String(error);
  say({ kind: 'failed', message, isInput });
}
