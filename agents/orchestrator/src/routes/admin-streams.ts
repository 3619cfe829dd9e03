import type { StreamAdmin } from '@octant/platform/bus/stream-admin';
import type { Operations } from '@octant/platform/http/operation';
import type { AuditStore } from '../adapters/audit-store.js';
import type { DeskRoutes } from './desk-routes.js';
import { knownFilter, knownGroup, knownStream } from './known-streams.js';
import { requeueStreamRoutes } from './requeue-streams.js';

/** Pending entries, dead letters and their requeue, and the audit, for admins. */
export function adminStreamRoutes(parts: DeskRoutes & { admin: StreamAdmin; auditStore: AuditStore }): Operations {
  const { admin, auditStore } = parts;
  return {
    listPending: async ({ query }) => {
      const stream = knownStream('stream', query['stream']);
      const group = knownGroup(stream, 'group', query['group']);
      return {
        status: 200,
        body: { stream, group, ...(await admin.pending(stream, group, Number(query['count'] ?? 100))) },
      };
    },
    listDeadLetters: async ({ query }) => {
      const stream = knownStream('stream', query['stream']);
      const found = await admin.deadLetters(stream, Number(query['count'] ?? 100), knownFilter(stream, query));
      return { status: 200, body: { stream, ...found } };
    },
    ...requeueStreamRoutes(parts),
    listAuditEvents: async ({ query }) => {
      const { action, subject, limit } = query as { action?: string; subject?: string; limit?: number };
      const events = await auditStore.events({
        limit: limit ?? 100,
        ...(action === undefined ? {} : { action }),
        ...(subject === undefined ? {} : { subject }),
      });
      return { status: 200, body: { events } };
    },
  };
}
