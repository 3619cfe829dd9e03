import type { Publisher } from '@octant/platform/agent/definition';
import type { StateReader, StateWrite } from '@octant/platform/bus/message';
import { TransientError } from '@octant/platform/errors/errors';
import { newTraceId } from '@octant/platform/observe/trace-context';
import { askAgain } from '../cycle/ask-again.js';
import type { Checkpoint, CheckpointStore } from './checkpoint.js';
import { DESK_KEY, DeskStore, type Drafts } from './desk-store.js';
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

async function tryOnce({ redis, open, after }: TakeOver, kept: Checkpoint | undefined): Promise<Outcome> {
  const store = new DeskStore(redis.state);
  const { drafts: found, seen } = await store.open(kept?.sessions.map(({ sessionId }) => sessionId) ?? []);
  const ahead = kept !== undefined && kept.desk.revision > found.desk.revision ? kept : undefined;
  if (ahead === undefined && after === 'crash') return 'ok';
  const drafts: Drafts = ahead === undefined ? { ...found, messages: [] } : draftsOf(ahead);
  const turn = open(drafts);
  if (ahead !== undefined && after === 'loss') recordLoss(turn, seen.size === 0);
  askAgain(turn);
  const state = ahead === undefined ? [] : store.close(drafts, seen).state;
  return write(redis.bus, state, drafts.messages);
}

type Outcome = 'ok' | 'stale';

/** The desk comes last, with what is said: until it is there, all of this is done again. */
async function write(bus: Publisher, state: readonly StateWrite[], messages: Drafts['messages']): Promise<Outcome> {
  const sessions = state.filter(({ key }) => key !== DESK_KEY);
  for (let from = 0; from < sessions.length; from += SESSIONS_AT_ONCE) {
    const some = sessions.slice(from, from + SESSIONS_AT_ONCE);
    if ((await bus.commit({ messages: [], state: some })) === 'stale') return 'stale';
  }
  const desk = state.filter(({ key }) => key === DESK_KEY);
  return desk.length + messages.length === 0 ? 'ok' : bus.commit({ messages, state: desk });
}

function draftsOf({ desk, sessions }: Checkpoint): Drafts {
  return { desk, sessions: new Map(sessions.map((session) => [session.sessionId, session])), messages: [] };
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
