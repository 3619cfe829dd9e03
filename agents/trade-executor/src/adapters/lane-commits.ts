import type { Publisher } from '@octant/platform/agent/definition';
import { writeOutbox } from '@octant/platform/bus/outbox';
import type { Outgoing } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { Database } from '@octant/platform/postgres/sql';
import type { Logger } from 'pino';

/** Commits what a handler decided, for work that came over HTTP: effect and messages in one transaction, then published. */
export type CommitResult = (result: HandlerResult, traceId: string) => Promise<void>;

/**
 * The messages lie in the outbox as soon as the effect is there. They are published at once as well, under the same ids;
 * when that fails, or the process ends before it, the outbox relay does it.
 */
export function commitToOutbox(parts: {
  readonly agent: string;
  readonly database: Database;
  readonly bus: Publisher;
  readonly logger: Logger;
}): CommitResult {
  const { agent, database, bus, logger } = parts;
  return async (result, traceId) => {
    const messages = await database.transaction(async (sql) => {
      const outputs = ((await result.transaction?.(sql)) ?? []).map(withId);
      await writeOutbox(sql, { agent, messages: outputs, traceId });
      return outputs;
    });
    result.onCommitted?.();
    try {
      await bus.commit({ messages, state: [] });
    } catch (error) {
      logger.warn({ err: error, traceId }, 'messages wait in the outbox');
    }
  };
}

/** @throws Error when the message has no id of its own. */
export function withId(message: Outgoing): Outgoing & { readonly id: string } {
  if (message.id === undefined) throw new Error(`expected an id on a message for ${message.stream}, was none`);
  return { ...message, id: message.id };
}
