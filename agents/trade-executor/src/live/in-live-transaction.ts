import type { Identified } from '@octant/platform/bus/encode-message';
import type { Outgoing } from '@octant/platform/bus/message';
import { withId } from '../adapters/lane-commits.js';
import type { LiveTransaction } from '../adapters/live-store.js';
import type { LiveCrashPoint } from './crash-points.js';
import { pass, type LiveDesk } from './live-desk.js';

/** A transaction, and what follows once it is committed. It may run more than once. */
export interface LiveWork {
  readonly live: LiveTransaction;
  /** Stores messages in the outbox; they are published right after the commit. */
  say(messages: readonly Outgoing[], traceId: string): Promise<void>;
  onCommitted(act: () => void): void;
}

/** Runs work in a transaction, then publishes what it said and does what it left for after the commit. */
export async function inLiveTransaction<Result>(
  desk: LiveDesk,
  points: { readonly uncommitted: LiveCrashPoint; readonly after: LiveCrashPoint },
  work: (context: LiveWork) => Promise<Result>,
): Promise<Result> {
  let said: Identified[] = [];
  let acts: (() => void)[] = [];
  const result = await desk.store.transact(async (live) => {
    said = [];
    acts = [];
    const done = await work({
      live,
      say: async (messages, traceId) => {
        const identified = messages.map(withId);
        said.push(...identified);
        await live.publish(identified, traceId);
      },
      onCommitted: (act) => {
        acts.push(act);
      },
    });
    await pass(desk, points.uncommitted);
    return done;
  });
  await pass(desk, points.after);
  if (said.length > 0) desk.announce(said);
  for (const act of acts) act();
  return result;
}
