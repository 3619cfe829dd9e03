import { Worker } from 'node:worker_threads';
import { PermanentError } from '@octant/platform/errors/errors';
import type { OptimizeInput } from '@octant/trading/optimize/optimize-strategy';
import type { Outcome } from '../jobs/job.js';
import type { SearchMessage } from './search-messages.js';

export interface SearchHooks {
  readonly onProgress: (done: number, total: number) => void;
  /** Ends the search; the promise rejects. */
  readonly signal: AbortSignal;
}

/** Runs a search. @throws PermanentError `search_refused` when the input cannot be searched. */
export type Search = (input: OptimizeInput, hooks: SearchHooks) => Promise<Outcome>;

/** Searches in a thread of its own, so that the agent answers meanwhile. @param thread URL of the compiled search thread. */
export function searchWorker(thread: URL): Search {
  return (input, { onProgress, signal }) =>
    new Promise<Outcome>((resolve, reject) => {
      const worker = new Worker(thread, { workerData: input });
      const abort = () => {
        reject(new Error('the search was ended', { cause: signal.reason }));
        void worker.terminate();
      };
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      worker.on('message', (message: SearchMessage) => {
        if (message.type === 'progress') onProgress(message.done, message.total);
        else if (message.type === 'done') resolve(message.outcome);
        else reject(new PermanentError(message.reason, { code: 'search_refused' }));
      });
      worker.on('error', reject);
      worker.on('exit', (code) => {
        signal.removeEventListener('abort', abort);
        reject(new Error(`search thread: expected a result, was the exit code ${String(code)}`));
      });
    });
}
