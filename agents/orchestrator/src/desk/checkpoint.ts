import type { Desk, Message } from './desk-state.js';
import type { Session } from './session-state.js';

/** Desk and sessions as of one moment. */
export interface Checkpoint {
  readonly desk: Desk;
  readonly sessions: readonly Session[];
}

/**
 * Where the desk was when it last said something that it could not say again: the end of a step, a session's start, an
 * admin's word. Redis runs ahead of it, never behind for long, and is put back from it.
 */
export interface CheckpointStore {
  /**
   * Keeps desk and sessions under `desk.revision`, and in the same transaction the messages that nobody could derive
   * again, for the outbox. False, and nothing is written, when that revision or a later one is there.
   */
  save(checkpoint: Checkpoint, messages: readonly Message[]): Promise<boolean>;
  /** Revision of the desk that is kept; 0 for none. */
  revision(): Promise<number>;
  /** The desk that is kept and every session ever; undefined before the first checkpoint. */
  load(): Promise<Checkpoint | undefined>;
}

/**
 * Whether the message follows from a checkpoint: it is asked for again (`askAgain`), so the outbox does not hold it. All
 * others are kept, the announcements of sessions and halts as well as audit and notices.
 */
export function isDerived({ stream, type }: Pick<Message, 'stream' | 'type'>): boolean {
  if (stream === 'orchestrator.commands') return type === 'analyze' || type === 'advance';
  return stream === 'risk.requests' || stream === 'exec.orders';
}
