import type { SignalStore } from '../adapters/signal-store.js';
import type { GivenSignal, SignalKey } from './given-signal.js';

/** The last signals, in memory at once and in Postgres a moment later: no decision waits for the database. */
export class LastSignals {
  readonly #store: SignalStore;
  readonly #signals = new Map<string, { key: SignalKey; signal: GivenSignal }>();
  #unsaved = new Set<string>();

  constructor(store: SignalStore) {
    this.#store = store;
  }

  record(key: SignalKey, signal: GivenSignal): void {
    const name = nameOf(key);
    this.#signals.set(name, { key, signal });
    this.#unsaved.add(name);
  }

  async find(key: SignalKey): Promise<GivenSignal | undefined> {
    return this.#signals.get(nameOf(key))?.signal ?? (await this.#store.find(key));
  }

  /** Writes what is not in Postgres yet; it stays due when that fails. */
  async save(): Promise<void> {
    const names = this.#unsaved;
    if (names.size === 0) return;
    this.#unsaved = new Set();
    try {
      await this.#store.save([...names].flatMap((name) => this.#signals.get(name) ?? []));
    } catch (error) {
      for (const name of names) this.#unsaved.add(name);
      throw error;
    }
  }
}

function nameOf({ source, symbol, timeframe, strategy }: SignalKey): string {
  return [source, symbol, timeframe, strategy].join('|');
}
