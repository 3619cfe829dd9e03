import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const POLL_MS = 500;

/**
 * Does the work, as long as its progress goes on.
 * @throws Error that describes what there is when nothing has moved for a minute.
 */
export async function unlessStandstill(
  work: () => Promise<void>,
  options: { readonly progress: () => number; readonly describe: () => string; readonly patienceMs?: number },
): Promise<void> {
  const { progress, describe, patienceMs = PATIENCE_MS } = options;
  const ended = new AbortController();
  const guard = async (): Promise<void> => {
    let seen = progress();
    let seenAt = performance.now();
    while (!ended.signal.aborted) {
      await sleep(POLL_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      if (progress() !== seen) {
        seen = progress();
        seenAt = performance.now();
      } else if (performance.now() - seenAt > patienceMs) {
        throw new Error(`expected the load to go on, stands still: ${describe()}`);
      }
    }
  };
  try {
    await Promise.race([work(), guard()]);
  } finally {
    ended.abort();
  }
}
