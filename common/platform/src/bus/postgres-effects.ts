import type { Database, Sql } from '../postgres/sql.js';
import type { Identified } from './encode-message.js';
import { type OutboxRow, deleteOutbox, findOutboxOfAgent, findOutboxOfCause, writeOutbox } from './outbox.js';

const RELAY_BATCH = 200;

/** Effects of a handled message that are in Postgres, and what of its messages is still in the outbox. */
export interface AppliedTransaction {
  readonly outputs: readonly Identified[];
  readonly outboxIds: readonly string[];
  /** The inbox knew the message; the effect was not run again. */
  readonly repeated: boolean;
}

/**
 * Inbox and outbox of one agent: effects in Postgres happen once per message and consumer, and the messages that they
 * cause are stored with them. Postgres first, Redis second: a crash between the two leaves rows that the relay publishes.
 */
export class PostgresEffects {
  readonly #database: Database;
  readonly #agent: string;
  #published: string[] = [];

  constructor(database: Database, agent: string) {
    this.#database = database;
    this.#agent = agent;
  }

  /** Runs `effect` in a transaction unless the inbox has the message; stores the messages that it returns. */
  apply(input: {
    consumer: string;
    messageId: string;
    traceId: string;
    effect: (sql: Sql) => Promise<readonly Identified[]>;
  }): Promise<AppliedTransaction> {
    const { consumer, messageId, traceId } = input;
    return this.#database.transaction(async (sql) => {
      const inserted = await sql.query(
        'INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [consumer, messageId],
      );
      if (inserted.rowCount === 0) return leftOf(await findOutboxOfCause(sql, { consumer, messageId }));
      const outputs = await input.effect(sql);
      const outboxIds = await writeOutbox(sql, {
        agent: this.#agent,
        messages: outputs,
        traceId,
        cause: { consumer, messageId },
      });
      return { outputs, outboxIds, repeated: false };
    });
  }

  /** What is left of a message whose effect happened; undefined when it did not happen. */
  async findApplied(consumer: string, messageId: string): Promise<AppliedTransaction | undefined> {
    const known = await this.#database.query('SELECT 1 FROM inbox WHERE consumer = $1 AND message_id = $2', [
      consumer,
      messageId,
    ]);
    if (known.rowCount === 0) return undefined;
    return leftOf(await findOutboxOfCause(this.#database, { consumer, messageId }));
  }

  /** Notes rows whose messages are in Redis; they are removed at the relay's next turn. */
  published(outboxIds: readonly string[]): void {
    this.#published.push(...outboxIds);
  }

  /** Removes published rows, then publishes what an earlier crash or a route left, older than `olderThanMs`; how many. */
  async relay(
    publish: (row: OutboxRow) => Promise<void>,
    options: { olderThanMs: number; stopping: AbortSignal },
  ): Promise<number> {
    await this.removePublished();
    let count = 0;
    for (let afterId = '0'; !options.stopping.aborted;) {
      const rows = await findOutboxOfAgent(this.#database, {
        agent: this.#agent,
        olderThanMs: options.olderThanMs,
        afterId,
        limit: RELAY_BATCH,
      });
      for (const row of rows) {
        await publish(row);
        this.#published.push(row.outboxId);
        afterId = row.outboxId;
      }
      count += rows.length;
      await this.removePublished();
      if (rows.length < RELAY_BATCH) break;
    }
    return count;
  }

  /** Removes rows that are published. */
  async removePublished(): Promise<void> {
    const ids = this.#published;
    if (ids.length === 0) return;
    this.#published = [];
    try {
      await deleteOutbox(this.#database, ids);
    } catch (error) {
      this.#published.push(...ids);
      throw error;
    }
  }
}

function leftOf(rows: readonly OutboxRow[]): AppliedTransaction {
  return {
    outputs: rows.map((row) => row.message),
    outboxIds: rows.map((row) => row.outboxId),
    repeated: true,
  };
}
