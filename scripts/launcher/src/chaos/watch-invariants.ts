import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@octant/platform/errors/errors';
import type { Observer } from './observer.js';
import { count, linesOf } from './truth/read-truth.js';
import { effectTables } from './processes/tables.js';

const EVERY_MS = 1_000;

/** What was seen while the load ran. */
export interface Watch {
  readonly samples: number;
  /** Effects that were seen twice, each once in here, whatever became of them. */
  readonly violations: readonly string[];
}

/** Looks every second, also in the middle of trouble, whether some effect happened twice. */
export class InvariantWatch {
  readonly #observer: Observer;
  readonly #providerLog: string;
  readonly #stopping = new AbortController();
  readonly #violations = new Set<string>();
  #samples = 0;
  #loop: Promise<void> | undefined;

  constructor(observer: Observer, providerLog: string) {
    this.#observer = observer;
    this.#providerLog = providerLog;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<Watch> {
    this.#stopping.abort();
    await this.#loop;
    return { samples: this.#samples, violations: [...this.#violations] };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#look();
        this.#samples += 1;
      } catch (error) {
        if (!(error instanceof TransientError)) throw error; // else PostgreSQL is away: the next look tells
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    for (const table of Object.values(effectTables)) {
      const { rows } = await this.#observer.database.query<{ message_id: string }>(
        `SELECT message_id FROM ${table} GROUP BY message_id HAVING count(*) > 1 LIMIT 20`,
      );
      for (const row of rows) this.#violations.add(`${table}: ${row.message_id}`);
    }
    for (const [id, n] of count(linesOf(this.#providerLog))) if (n > 1) this.#violations.add(`provider: ${id}`);
  }
}
