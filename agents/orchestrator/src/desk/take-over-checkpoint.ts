import type { Publisher } from '@octant/platform/agent/definition';
import type { StateReader } from '@octant/platform/bus/message';
import { TransientError } from '@octant/platform/errors/errors';
import { newTraceId } from '@octant/platform/observe/trace-context';
import { askAgain } from '../cycle/ask-again.js';
import type { Checkpoint, CheckpointStore } from './checkpoint.js';
import { DeskStore, type Drafts } from './desk-store.js';
import { audit } from './notices.js';
import type { Turn } from './turn.js';

export interface TakeOver {
  readonly redis: { readonly state: StateReader; readonly bus: Publisher };
  readonly checkpoints: CheckpointStore;
  readonly open: (drafts: Drafts) => Turn;
  /** `crash`: the streams are whole, only the last commit is missing. `loss`: the streams may have lost messages too. */
  readonly after: 'crash' | 'loss';
}

const ATTEMPTS = 5;
const SESSIONS_AT_ONCE = 100;

/**
 * Brings Redis to the checkpoint in Postgres where that is ahead, and publishes what desk and sessions then wait for.
 * Done twice it comes to the same. @throws TransientError when somebody else keeps on writing.
 */
export async function takeOverCheckpoint(parts: TakeOver): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const kept = await parts.checkpoints.load();
    if ((await tryOnce(parts, kept)) === 'ok') return;
  }
  throw new TransientError(`the desk changed ${String(ATTEMPTS)} times while it was put back`, { code: 'stale_state' });
}

async function tryOnce({ redis, open, after }: TakeOver, kept: Checkpoint | undefined): Promise<'ok' | 'stale'> {
  const store = new DeskStore(redis.state);
  const { drafts: found, seen } = await store.open(kept?.sessions.map(({ sessionId }) => sessionId) ?? []);
  const isAhead = kept !== undefined && kept.desk.revision > found.desk.revision;
  if (!isAhead && after === 'crash') return 'ok';
  const drafts: Drafts = isAhead
    ? { desk: kept.desk, sessions: sessionsOf(kept), messages: [] }
    : { ...found, messages: [] };
  const turn = open(drafts);
  if (isAhead && after === 'loss') recordLoss(turn, seen.size === 0);
  askAgain(turn);
  const { state } = store.close(drafts, seen);
  // The desk comes last: until it is there, all of this is done again.
  const [desk, sessions] = [state.filter(({ key }) => key === 'desk'), state.filter(({ key }) => key !== 'desk')];
  for (let from = 0; from < sessions.length; from += SESSIONS_AT_ONCE) {
    const some = sessions.slice(from, from + SESSIONS_AT_ONCE);
    if ((await redis.bus.commit({ messages: [], state: some })) === 'stale') return 'stale';
  }
  if (desk.length === 0 && drafts.messages.length === 0) return 'ok';
  return redis.bus.commit({ messages: drafts.messages, state: desk });
}

function sessionsOf({ sessions }: Checkpoint): Drafts['sessions'] {
  return new Map(sessions.map((session) => [session.sessionId, session]));
}

function recordLoss(turn: Turn, wasEmpty: boolean): void {
  const { desk, nowMs } = turn;
  audit(turn, {
    eventId: `desk.rebuilt:${String(desk.revision)}:${String(nowMs)}`,
    action: 'desk.rebuilt',
    subject: 'desk',
    details: {
      revision: desk.revision,
      lastFillSeq: desk.ledger?.lastFillSeq ?? 0,
      runningSessions: desk.runningSessionIds,
      redisWasEmpty: wasEmpty,
    },
    atMs: nowMs,
    traceId: newTraceId(),
  });
}
