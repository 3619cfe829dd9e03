import { advance, timeOutStep } from '../cycle/advance.js';
import type { Session, Step } from './session-state.js';
import type { Turn } from './turn.js';

/** A paced feed waits for the desk, so that an agent that is away for a while changes nothing: only a long silence ends its step. */
const PACED_FEED_PATIENCE = 20;

/** Gives up steps that have waited too long and nudges the others, in case the message that would have is parked. */
export async function watchTimeOuts(turn: Turn): Promise<void> {
  for (const session of turn.sessions.values()) {
    const { step } = session;
    if (session.status === 'running' && step !== null && isLate(turn, session, step))
      timeOutStep({ turn, session, step });
    await advance(turn, session);
  }
}

function isLate(turn: Turn, session: Session, step: Step): boolean {
  const patience = session.feed === 'live' ? 1 : PACED_FEED_PATIENCE;
  return turn.nowMs - step.startedAtMs > turn.settings.desk.cycle_timeout_ms * patience;
}

/** Whether a turn of `watchTimeOuts` could do anything: a running session has a step that began at least `olderThanMs` ago. */
export function hasWaitingStep(
  sessions: readonly Session[],
  { nowMs, olderThanMs }: { nowMs: number; olderThanMs: number },
): boolean {
  return sessions.some((session) => session.step !== null && nowMs - session.step.startedAtMs >= olderThanMs);
}
