import type { Database } from '../postgres/sql.js';
import { ApplyQueue } from './apply-queue.js';
import { type AppliedTransaction, type EffectCall, leftOf } from './apply-in-transaction.js';
import type { Failpoint } from './crash-points.js';
import { type OutboxRow, findOutboxOfCauses, findOutboxSince, findUnpublished, markOutboxPublished } from './outbox.js';
import { pruneInbox, pruneOutbox } from './outbox-retention.js';

const RELAY_PAGE = 200;
const REPUBLISH_PAGE = 1_000;
const MARK_PAGE = 5_000;
/** As long as the streams and their dead letters promise to keep anything. */
const OUTBOX_DAYS = 14;
/**
 * A message can come again at most 29 days after it was handled: a day of retries, 14 days as a dead letter, 14 days in
 * its producer's outbox. Money effects have unique keys of their own, for ever, and do not rely on the inbox then.
 */
const INBOX_DAYS = 60;

export interface PostgresEffectsOptions {
  /** Most effects of one transaction; default 64. */
  readonly batchSize?: number;
  /** Most transactions at once; default 3. */
  readonly batches?: number;
  /** Monotonic milliseconds; default the machine's. */
  readonly now?: () => number;
  /** Tests interrupt it here. */
  readonly failpoint?: Failpoint | undefined;
}

type Publish = (row: OutboxRow) => Promise<void>;

/**
 * Inbox and outbox of one agent: effects in Postgres happen once per message and consumer, and the messages that they
 * cause are stored with them. Postgres first, Redis second: a crash between the two leaves rows that the relay publishes.
 * Published rows are kept for 14 days, so that a Redis that was emptied gets them again.
 */
export class PostgresEffects {
  readonly #database: Database;
  readonly #agent: string;
  readonly #failpoint: Failpoint | undefined;
  readonly #queue: ApplyQueue;
  #published: string[] = [];

  constructor(database: Database, agent: string, options: PostgresEffectsOptions = {}) {
    const { batchSize = 64, batches = 3, now = () => performance.now(), failpoint } = options;
    this.#database = database;
    this.#agent = agent;
    this.#failpoint = failpoint;
    this.#queue = new ApplyQueue({ database, agent, batchSize, batches, now, failpoint });
  }

  /**
   * Runs `effect` in a transaction unless the inbox has the message; stores the messages that it returns. Effects that
   * are asked for meanwhile share a transaction, so one may run twice, the first time to be rolled back.
   */
  apply(call: EffectCall): Promise<AppliedTransaction> {
    return this.#queue.apply(call);
  }

  /** What a message stored whose effect happened; undefined when it did not happen. */
  async findApplied(consumer: string, messageId: string): Promise<AppliedTransaction | undefined> {
    const known = await this.#database.query('SELECT 1 FROM inbox WHERE consumer = $1 AND message_id = $2', [
      consumer,
      messageId,
    ]);
    if (known.rowCount === 0) return undefined;
    const [rows] = await findOutboxOfCauses(this.#database, [{ consumer, messageId }]);
    return leftOf(rows ?? []);
  }

  /** Notes rows whose messages are in Redis; they are marked at the relay's next turn. */
  published(outboxIds: readonly string[]): void {
    for (const id of outboxIds) this.#published.push(id);
  }

  /**
   * Marks rows that were noted, then publishes in their order those that an earlier crash or a route left, older than
   * `olderThanMs`; how many. Two processes of an agent may publish the same rows: the second finds them by their ids.
   */
  async relay(publish: Publish, options: { olderThanMs: number; stopping: AbortSignal }): Promise<number> {
    await this.markPublished();
    let count = 0;
    for (let afterId = '0'; !options.stopping.aborted;) {
      const { olderThanMs } = options;
      const rows = await findUnpublished(this.#database, {
        agent: this.#agent,
        olderThanMs,
        afterId,
        limit: RELAY_PAGE,
      });
      try {
        for (const row of rows) await this.#publish(publish, row);
      } finally {
        await this.markPublished();
      }
      count += rows.length;
      afterId = rows.at(-1)?.outboxId ?? afterId;
      if (rows.length < RELAY_PAGE) break;
    }
    return count;
  }

  /**
   * Publishes this agent's rows of the last `sinceDays` again, whether they were published or not: for a Redis that was
   * emptied. Each stream gets its rows in their order; streams do not wait for each other. How many were published;
   * fewer than there are only when `stopping` aborted. `onProgress` hears the count after each page.
   */
  async republish(
    publish: Publish,
    options: { sinceDays?: number; stopping: AbortSignal; onProgress?: (count: number) => void },
  ): Promise<number> {
    const { sinceDays = OUTBOX_DAYS, stopping, onProgress } = options;
    let count = 0;
    for (let afterId = '0'; !stopping.aborted;) {
      const rows = await findOutboxSince(this.#database, {
        agent: this.#agent,
        sinceDays,
        afterId,
        limit: REPUBLISH_PAGE,
      });
      try {
        await eachStreamInOrder(rows, (row) => this.#publish(publish, row));
      } finally {
        await this.markPublished();
      }
      count += rows.length;
      onProgress?.(count);
      afterId = rows.at(-1)?.outboxId ?? afterId;
      if (rows.length < REPUBLISH_PAGE) break;
    }
    return count;
  }

  /** Marks rows that were noted as published. */
  async markPublished(): Promise<void> {
    while (this.#published.length > 0) {
      const ids = this.#published.splice(0, MARK_PAGE);
      try {
        await this.#failpoint?.('mark.before');
        await markOutboxPublished(this.#database, ids);
        await this.#failpoint?.('mark.after');
      } catch (error) {
        this.published(ids);
        throw error;
      }
    }
  }

  /** Removes rows that nothing can ask for any more; how many. */
  async prune(stopping: AbortSignal): Promise<{ outbox: number; inbox: number }> {
    await this.#failpoint?.('prune.before');
    const outbox = await pruneOutbox(this.#database, { days: OUTBOX_DAYS, stopping });
    const inbox = await pruneInbox(this.#database, { days: INBOX_DAYS, stopping });
    await this.#failpoint?.('prune.after');
    return { outbox, inbox };
  }

  async #publish(publish: Publish, row: OutboxRow): Promise<void> {
    await this.#failpoint?.('relay.before');
    await publish(row);
    await this.#failpoint?.('relay.after');
    if (!row.published) this.#published.push(row.outboxId);
  }
}

async function eachStreamInOrder(rows: readonly OutboxRow[], act: (row: OutboxRow) => Promise<void>): Promise<void> {
  const streams = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const { stream } = row.message;
    const known = streams.get(stream);
    if (known === undefined) streams.set(stream, [row]);
    else known.push(row);
  }
  const ends = await Promise.allSettled(
    [...streams.values()].map(async (own) => {
      for (const row of own) await act(row);
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
