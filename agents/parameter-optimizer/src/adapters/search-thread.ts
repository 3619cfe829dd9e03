import { parentPort, workerData } from 'node:worker_threads';
import type { OptimizeInput } from '@octant/trading/optimize/optimize-strategy';
import { runSearch } from '../jobs/run-search.js';
import type { SearchMessage } from './search-messages.js';

/** Entry point of the search's thread: input in, progress and outcome out. Errors that are bugs end the thread. */
function say(message: SearchMessage): void {
  parentPort?.postMessage(message);
}

try {
  const outcome = runSearch(workerData as OptimizeInput, (done, total) => {
    say({ type: 'progress', done, total });
  });
  say({ type: 'done', outcome });
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  say({ type: 'refused', reason: error.message });
}
