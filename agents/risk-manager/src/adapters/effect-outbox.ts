import type { Outgoing } from '@octant/platform/bus/message';
import { writeOutbox } from '@octant/platform/bus/outbox';
import type { Sql } from '@octant/platform/postgres/sql';

/** Writes messages down that nobody could make again once Redis is emptied; they may be published as well. */
export type KeepEffects = (messages: readonly (Outgoing & { readonly id: string })[], traceId: string) => Promise<void>;

export function keepInOutbox(database: Sql, agent: string): KeepEffects {
  return async (messages, traceId) => {
    await writeOutbox(database, { agent, messages, traceId });
  };
}
