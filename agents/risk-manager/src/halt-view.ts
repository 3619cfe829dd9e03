import { TransientError } from '@octant/platform/errors/errors';
import type { Sql } from '@octant/platform/postgres/sql';
import type { HaltStore } from './adapters/halt-store.js';
import { NEVER_HALTED, type HaltState } from './halt-state.js';

/**
 * What this process knows about the halt: a copy in memory, so that a decision asks nobody, and Postgres behind it, for
 * the start and for processes beside this one that took the command.
 */
export class HaltView {
  readonly #store: HaltStore;
  readonly #onChange: (state: HaltState) => void;
  #known: HaltState = NEVER_HALTED;

  constructor(store: HaltStore, onChange: (state: HaltState) => void) {
    this.#store = store;
    this.#onChange = onChange;
    onChange(this.#known);
  }

  current(): HaltState {
    return this.#known;
  }

  /** Writes the state down; `learn` it when that is committed. */
  keep(sql: Sql, state: HaltState): Promise<void> {
    return this.#store.keep(sql, state);
  }

  /** Takes over a state that is in the store; an older one than known changes nothing. */
  learn(state: HaltState): void {
    if (state.haltVersion <= this.#known.haltVersion) return;
    this.#known = state;
    this.#onChange(state);
  }

  /** Reads the store into memory. */
  async refresh(): Promise<void> {
    const kept = await this.#store.find();
    if (kept !== undefined) this.learn(kept);
  }

  /**
   * The halt state, not older than `haltVersion`.
   * @throws TransientError `behind` (409) while the command with that version has not come.
   */
  async knowing(haltVersion: number): Promise<HaltState> {
    if (haltVersion > this.#known.haltVersion) await this.refresh();
    const known = this.#known;
    if (haltVersion > known.haltVersion) {
      throw new TransientError(
        `haltVersion: expected at most ${String(known.haltVersion)}, the last halt or unhalt known here, was ${String(haltVersion)}`,
        { code: 'behind', status: 409, retryAfterMs: 20 },
      );
    }
    return known;
  }
}
