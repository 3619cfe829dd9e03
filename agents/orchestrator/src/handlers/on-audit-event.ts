import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { AuditStore } from '../adapters/audit-store.js';

/** Appends the event to the audit and keeps the table of days that it carries in the same transaction. */
export function onAuditEvent(store: AuditStore) {
  return ({ payload }: Incoming<AuditEvent>): HandlerResult => ({
    transaction: async (sql) => {
      await store.append(sql, payload);
      return [];
    },
  });
}
