import { TransientError } from '@octant/platform/errors/errors';
import type { Session } from '../desk/session-state.js';
import type { Turn } from '../desk/turn.js';

/**
 * Runs a part of a turn that asks other agents. When one of them cannot answer, the part has not happened (desk, session
 * and messages are as before) and the step waits for the next try: the event that led here is kept, and nobody else waits.
 * Answers whether the part happened. Asking again is safe: every question carries its id.
 */
export async function attempt(turn: Turn, session: Session, part: () => Promise<void>): Promise<boolean> {
  const desk = structuredClone(turn.desk);
  const before = structuredClone(session);
  const published = turn.messages.length;
  try {
    await part();
    return true;
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    Object.assign(turn.desk, desk);
    Object.assign(session, before);
    turn.messages.length = published;
    turn.onStalled(error);
    return false;
  }
}
