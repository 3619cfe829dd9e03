import type { Identified } from '@octant/platform/bus/encode-message';
import { withId } from '../adapters/lane-commits.js';
import type { SaidMessages } from '../adapters/live-store.js';
import { pass, type LiveDesk } from './live-desk.js';
import type { LiveWork, TransactionPoints } from './live-work.js';

export type { LiveWork } from './live-work.js';

/** Runs work in a transaction, then publishes what it said and does what it left for after the commit. */
export function inLiveTransaction<Result>(
  desk: LiveDesk,
  points: TransactionPoints,
  work: (context: LiveWork) => Promise<Result>,
): Promise<Result> {
  return inSharedTransaction(desk, [points], work);
}

/** The same for works of several kinds: it may die wherever one of them may. What is said is stored in one statement, last. */
export async function inSharedTransaction<Result>(
  desk: LiveDesk,
  points: readonly TransactionPoints[],
  work: (context: LiveWork) => Promise<Result>,
): Promise<Result> {
  const kinds = new Set(points);
  let said: SaidMessages[] = [];
  let acts: (() => void)[] = [];
  const result = await desk.store.transact(async (live) => {
    said = [];
    acts = [];
    const done = await work({
      live,
      say: (messages, traceId) => {
        said.push({ messages: messages.map(withId), traceId });
        return Promise.resolve();
      },
      onCommitted: (act) => {
        acts.push(act);
      },
    });
    if (said.length > 0) await live.publishAll(said);
    for (const { uncommitted } of kinds) await pass(desk, uncommitted);
    return done;
  });
  for (const { after } of kinds) await pass(desk, after);
  const messages: readonly Identified[] = said.flatMap((each) => each.messages);
  if (messages.length > 0) desk.announce(messages);
  for (const act of acts) act();
  return result;
}
