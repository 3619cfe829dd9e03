import { TransientError } from '../errors/errors.js';
import { isConnectionFailure } from '../postgres/connection-failure.js';
import type { Database } from '../postgres/sql.js';
import { type AppliedTransaction, type EffectCall, applyInTransaction, causeKey } from './apply-in-transaction.js';
import type { CrashPoint, Failpoint } from './crash-points.js';

const MOST_SUSPECTS = 1_000;
/** A shared transaction is to last about so long: nothing of it counts before its end. */
const BATCH_MS = 60;
const LEAST_BATCH = 4;

export interface ApplyQueueOptions {
  readonly database: Database;
  /** Owner of the outbox rows. */
  readonly agent: string;
  /** Most effects of one transaction. */
  readonly batchSize: number;
  /** Most transactions at once. */
  readonly batches: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly failpoint?: Failpoint | undefined;
}

interface Waiting {
  readonly call: EffectCall;
  readonly key: string;
  readonly resolve: (applied: AppliedTransaction) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts effects that wait at the same time into one transaction. Nobody waits for company: a transaction is begun at once,
 * and takes along what has come until it is open. When anything in a shared transaction fails, each of its effects gets
 * one of its own, so that a bad one fails alone; it is not put together with others again.
 */
export class ApplyQueue {
  readonly #options: ApplyQueueOptions;
  readonly #suspects = new Set<string>();
  /** Messages in an open transaction; a second call of one waits. */
  readonly #busy = new Set<string>();
  #waiting: Waiting[] = [];
  #running = 0;
  #opening = false;
  /** What an effect has taken of late, smoothed. */
  #msPerEffect = 0;

  constructor(options: ApplyQueueOptions) {
    this.#options = options;
  }

  /** @throws what the effect throws; TransientError when Postgres is away, or it is unknown whether it committed. */
  async apply(call: EffectCall): Promise<AppliedTransaction> {
    await this.#pass('apply.before');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, key: causeKey(call), resolve, reject });
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#opening || this.#running >= this.#options.batches) return;
    if (!this.#waiting.some(({ key }) => !this.#busy.has(key))) return;
    this.#opening = true;
    this.#running += 1;
    void this.#runBatch();
  }

  async #runBatch(): Promise<void> {
    let batch: readonly Waiting[] | undefined;
    try {
      const results = await this.#options.database.transaction(async (sql) => {
        batch ??= this.#take();
        const calls = batch.map(({ call }) => call);
        try {
          const startedAtMs = this.#options.now();
          const applied = await this.#applyUncommitted(() => applyInTransaction(sql, this.#options.agent, calls));
          this.#learn((this.#options.now() - startedAtMs) / calls.length);
          return applied;
        } catch (error) {
          throw batch.length === 1 ? error : new SharedTransactionError(error);
        }
      });
      await this.#pass('apply.after');
      batch?.forEach((waiting, index) => this.#settle(waiting, results[index]));
    } catch (error) {
      batch ??= this.#take();
      await this.#onFailed(batch, error instanceof SharedTransactionError ? error.cause : error);
    } finally {
      batch?.forEach(({ key }) => this.#busy.delete(key));
      this.#running -= 1;
      this.#begin();
    }
  }

  /** Effects of one transaction: fewer where each takes long, on a slow disk or a busy machine. */
  get #limit(): number {
    const { batchSize } = this.#options;
    if (this.#msPerEffect === 0) return batchSize;
    return Math.min(batchSize, Math.max(LEAST_BATCH, Math.floor(BATCH_MS / this.#msPerEffect)));
  }

  #learn(msPerEffect: number): void {
    this.#msPerEffect = this.#msPerEffect === 0 ? msPerEffect : this.#msPerEffect * 0.7 + msPerEffect * 0.3;
  }

  /** What goes into one transaction; the queue may begin another one from here on. */
  #take(): readonly Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const limit = this.#limit;
    let alone = false;
    for (const waiting of this.#waiting) {
      const suspect = this.#suspects.has(waiting.key);
      const full = alone || batch.length >= limit || (suspect && batch.length > 0);
      if (full || this.#busy.has(waiting.key)) {
        left.push(waiting);
        continue;
      }
      alone = suspect;
      this.#busy.add(waiting.key);
      batch.push(waiting);
    }
    this.#waiting = left;
    this.#opening = false;
    this.#begin();
    return batch;
  }

  async #onFailed(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1 || isConnectionFailure(error)) {
      for (const waiting of batch) this.#refuse(waiting, error);
      return;
    }
    let away: unknown;
    for (const waiting of batch) {
      if (away === undefined) away = await this.#runAlone(waiting);
      else this.#refuse(waiting, away);
    }
  }

  /** Settles a member of a failed batch; returns the failure when there is no connection, so that nobody else need try. */
  async #runAlone(waiting: Waiting): Promise<unknown> {
    const { database, agent } = this.#options;
    try {
      const [applied] = await database.transaction((sql) =>
        this.#applyUncommitted(() => applyInTransaction(sql, agent, [waiting.call])),
      );
      await this.#pass('apply.after');
      this.#settle(waiting, applied);
      return undefined;
    } catch (error) {
      this.#refuse(waiting, error);
      return isConnectionFailure(error) ? error : undefined;
    }
  }

  async #applyUncommitted(apply: () => Promise<AppliedTransaction[]>): Promise<AppliedTransaction[]> {
    const applied = await apply();
    await this.#pass('apply.uncommitted');
    return applied;
  }

  #settle({ key, call, resolve, reject }: Waiting, applied: AppliedTransaction | undefined): void {
    this.#suspects.delete(key);
    if (applied === undefined) reject(new Error(`expected a result of ${call.messageId}, was none`));
    else resolve(applied);
  }

  #refuse({ key, reject }: Waiting, error: unknown): void {
    if (!isConnectionFailure(error)) {
      this.#suspects.add(key);
      const [oldest] = this.#suspects;
      if (oldest !== undefined && this.#suspects.size > MOST_SUSPECTS) this.#suspects.delete(oldest);
    }
    reject(error);
  }

  /** What a failpoint throws stands for a connection that broke. */
  async #pass(point: CrashPoint): Promise<void> {
    try {
      await this.#options.failpoint?.(point);
    } catch (cause) {
      throw new TransientError(`expected Postgres to answer, was ${String(cause)}`, {
        code: 'postgres_unavailable',
        cause,
      });
    }
  }
}

/** Hides the cause from the database's own repetition: after a collision each effect is better off alone. */
class SharedTransactionError extends Error {
  constructor(cause: unknown) {
    super('expected every effect of a shared transaction to succeed', { cause });
  }
}
