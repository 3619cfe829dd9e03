import type { z } from 'zod';

/** How an agent makes the message id (the idempotency key) of what it publishes to a stream. */
export interface MessageIdRule {
  /** Agent's name. */
  readonly by: string;
  /** The id with `<names>` for its parts; `<input>/<index>` = derived by the bus from the handled message's id. */
  readonly id: string;
  /** Which of the agent's messages; all of them when absent. */
  readonly of?: string;
}

/** One consumer group of a stream. */
export interface GroupContract {
  /** Agent's name. */
  readonly agent: string;
  /** What it does with a message. */
  readonly does: string;
  /** Which messages it handles; the others it acknowledges unread. All when absent. */
  readonly takes?: string;
  /**
   * Ordering key: messages of one key are handled one after the other, over all streams of the group in a process.
   * A fixed word, `<field>` of the payload, or null: each message on its own.
   */
  readonly orderedBy: string | null;
}

/** One stream of the desk: all that `docs/messaging-contracts.md` says of it and that no code says elsewhere. */
export interface StreamContract {
  readonly purpose: string;
  /** Schema of the JSON object in field `data`. */
  readonly schema: z.ZodType<Record<string, unknown>>;
  /** Agents that publish to it. */
  readonly producers: readonly string[];
  readonly ids: readonly MessageIdRule[];
  /** By group name. */
  readonly groups: Readonly<Record<string, GroupContract>>;
  /** Valid payloads, one for each kind of message that the schema tells apart. */
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}
