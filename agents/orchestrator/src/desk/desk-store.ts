import type { StateEntry, StateReader, StateWrite } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { openDesk, type Desk, type Message } from './desk-state.js';
import type { Session } from './session-state.js';

/** Of the desk's value in the state store. */
export const DESK_KEY = 'desk';
const sessionKey = (sessionId: string): string => `session:${sessionId}`;

/** The state of one turn: drafts that may be changed freely, and the messages to send with them. */
export interface Drafts {
  readonly desk: Desk;
  /** Running sessions and those that the turn opened or named. */
  readonly sessions: Map<string, Session>;
  readonly messages: Message[];
}

export interface Cached {
  readonly version: number;
  readonly json: string;
}

/**
 * Reads desk and sessions, and turns changed drafts into versioned writes. What was committed is remembered, so that a
 * turn costs no read; what was handed out and not confirmed by `onCommitted` is read again.
 */
export class DeskStore {
  readonly reader: StateReader;
  readonly #cache = new Map<string, Cached>();
  #age = 0;

  constructor(reader: StateReader) {
    this.reader = reader;
  }

  /** Opens a turn with the desk, its running sessions and `also`. */
  async open(also: readonly string[] = []): Promise<{ drafts: Drafts; seen: ReadonlyMap<string, Cached> }> {
    const seen = new Map<string, Cached>();
    const desk = { ...openDesk(), ...(await this.#load<Desk>(DESK_KEY, seen)) };
    const sessions = new Map<string, Session>();
    for (const sessionId of new Set([...desk.runningSessionIds, ...also])) {
      const session = await this.#load<Session>(sessionKey(sessionId), seen);
      if (session !== undefined) sessions.set(sessionId, session);
    }
    return { drafts: { desk, sessions, messages: [] }, seen };
  }

  /** The writes of a turn; `onCommitted` must be called once they took effect. */
  close(drafts: Drafts, seen: ReadonlyMap<string, Cached>): { state: StateWrite[]; onCommitted: () => void } {
    const values = new Map<string, unknown>([[DESK_KEY, drafts.desk]]);
    for (const [sessionId, session] of drafts.sessions) values.set(sessionKey(sessionId), session);
    const state: StateWrite[] = [];
    const committed = new Map<string, Cached>();
    for (const [key, value] of values) {
      const before = seen.get(key) ?? { version: 0, json: '' };
      const json = JSON.stringify(value);
      if (json === before.json) continue;
      state.push({ key, expectedVersion: before.version, value });
      committed.set(key, { version: before.version + 1, json });
      this.#cache.delete(key);
    }
    const age = this.#age;
    return {
      state,
      onCommitted: () => {
        if (age !== this.#age) return;
        for (const [key, entry] of committed) this.#cache.set(key, entry);
      },
    };
  }

  /** The same as a handler's result. */
  result(drafts: Drafts, seen: ReadonlyMap<string, Cached>): HandlerResult {
    const { state, onCommitted } = this.close(drafts, seen);
    return { messages: drafts.messages, state, onCommitted };
  }

  /** Forgets what it remembers: somebody else has written. */
  forget(): void {
    this.#cache.clear();
    this.#age += 1;
  }

  /** Reads without a turn, for views. */
  async view(sessionIds?: readonly string[]): Promise<{ desk: Desk; sessions: Session[] }> {
    const { drafts } = await this.open(sessionIds ?? []);
    return { desk: drafts.desk, sessions: [...drafts.sessions.values()] };
  }

  async #load<Value>(key: string, seen: Map<string, Cached>): Promise<Value | undefined> {
    const known = this.#cache.get(key) ?? (await this.#read(key));
    if (known === undefined) return undefined;
    seen.set(key, known);
    return JSON.parse(known.json) as Value;
  }

  async #read(key: string): Promise<Cached | undefined> {
    const entry: StateEntry<unknown> = await this.reader.read(key);
    return entry.value === undefined ? undefined : { version: entry.version, json: JSON.stringify(entry.value) };
  }
}
