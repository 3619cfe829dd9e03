import type { StreamAdmin } from '@octant/platform/bus/stream-admin';
import { PermanentError } from '@octant/platform/errors/errors';
import type { Operations } from '@octant/platform/http/operation';
import { streams, type StreamName } from '@octant/trading/messages/streams';
import type { AuditStore } from '../adapters/audit-store.js';
import { audit } from '../desk/notices.js';
import type { DeskRoutes } from './desk-routes.js';

/** Pending entries, dead letters and the audit, for admins. */
export function adminStreamRoutes(parts: DeskRoutes & { admin: StreamAdmin; auditStore: AuditStore }): Operations {
  const { admin, auditStore } = parts;
  return {
    listPending: async ({ query }) => {
      const stream = knownStream(query['stream']);
      const group = knownGroup(stream, query['group']);
      return {
        status: 200,
        body: { stream, group, ...(await admin.pending(stream, group, Number(query['count'] ?? 100))) },
      };
    },
    listDeadLetters: async ({ query }) => {
      const stream = knownStream(query['stream']);
      return { status: 200, body: { stream, ...(await admin.deadLetters(stream, Number(query['count'] ?? 100))) } };
    },
    requeueDeadLetter: async (request) => {
      const { dlqStream, id } = request.body as { dlqStream: string; id: string };
      const stream = knownStream(dlqStream);
      const outcome = await admin.requeue(stream, id);
      await parts.change((turn) => {
        audit(turn, {
          eventId: `admin.requeue:${request.requestId}`,
          actor: request.identity.name,
          action: 'admin.requeue',
          subject: `${stream}.dlq`,
          details: { id, ...outcome },
          atMs: turn.nowMs,
          requestId: request.requestId,
          traceId: request.traceId,
        });
      });
      return { status: 200, body: outcome };
    },
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

/** A stream of the desk, given with or without `.dlq`. */
function knownStream(value: unknown): StreamName {
  const name = String(value).replace(/\.dlq$/, '');
  if (Object.hasOwn(streams, name)) return name as StreamName;
  const known = Object.keys(streams).join(', ');
  throw new PermanentError(`stream: expected one of ${known}, was ${JSON.stringify(value)}`, {
    code: 'not_found',
    status: 404,
  });
}

function knownGroup(stream: StreamName, value: unknown): string {
  const groups = Object.keys(streams[stream].groups);
  if (typeof value === 'string' && groups.includes(value)) return value;
  throw new PermanentError(`group: expected one of ${groups.join(', ')}, was ${JSON.stringify(value)}`, {
    code: 'not_found',
    status: 404,
  });
}
