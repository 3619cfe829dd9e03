import type { Identified } from '@octant/platform/bus/encode-message';
import type { LetterFacts, StreamAdmin } from '@octant/platform/bus/stream-admin';
import type { OperationRequest, Operations } from '@octant/platform/http/operation';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import { audit } from '../desk/notices.js';
import type { DeskRoutes } from './desk-routes.js';
import { knownFilter, knownStream, type FilterInput } from './known-streams.js';

interface RequeueBody {
  readonly dlqStream: string;
  readonly id: string;
  readonly reason?: string;
}

interface RequeueManyBody {
  readonly dlqStream: string;
  readonly filter: FilterInput;
  readonly limit?: number;
  readonly perSecond?: number;
  readonly dryRun?: boolean;
  readonly after?: string;
  readonly upTo?: string;
  readonly reason?: string;
}

/** Puts dead letters back, one by its id or many by a filter; whatever is put back is audited in the same step. */
export function requeueStreamRoutes(parts: DeskRoutes & { admin: StreamAdmin }): Operations {
  const { admin, clock } = parts;
  return {
    requeueDeadLetter: async (request) => {
      const { dlqStream, id, reason } = request.body as RequeueBody;
      const stream = knownStream('dlqStream', dlqStream);
      const outcome = await admin.requeue(stream, id, {
        announce: (letter) => requeueAudit(request, letter, { stream, reason, nowMs: clock.now() }),
      });
      if (!outcome.requeued) await auditRepeat(parts, request, { stream, id, entryId: outcome.entryId });
      return { status: 200, body: outcome };
    },
    requeueDeadLetters: async (request) => {
      const { dlqStream, filter, dryRun = false, reason, ...rest } = request.body as RequeueManyBody;
      const stream = knownStream('dlqStream', dlqStream);
      const result = await admin.requeueMany(stream, {
        ...rest,
        dryRun,
        filter: knownFilter(stream, filter, 'filter.'),
        announce: (letter) => requeueAudit(request, letter, { stream, reason, filter, nowMs: clock.now() }),
      });
      return { status: 200, body: { stream, dryRun, ...result } };
    },
  };
}

interface RequeueCause {
  readonly stream: string;
  readonly reason: string | undefined;
  /** Of a bulk requeue. */
  readonly filter?: FilterInput;
  readonly nowMs: number;
}

/** A letter is requeued once, so its id makes the event's. */
function requeueAudit(request: OperationRequest, letter: LetterFacts, cause: RequeueCause): Identified {
  const { id, messageId, type, group, errorCode } = letter;
  const { stream, reason, filter, nowMs } = cause;
  const payload: AuditEvent = {
    eventId: `admin.requeue:${stream}.dlq:${id}`,
    actor: request.identity.name,
    action: 'admin.requeue',
    subject: `${stream}.dlq`,
    details: {
      ...{ id, messageId, type, group, errorCode, requeued: true },
      ...(reason === undefined ? {} : { reason }),
      ...(filter === undefined ? {} : { filter }),
    },
    atMs: nowMs,
    requestId: request.requestId,
    ts: new Date(nowMs).toISOString(),
    traceId: request.traceId,
  };
  return { stream: 'audit.events', type: payload.action, id: `audit:${payload.eventId}`, payload };
}

/** That somebody asked again for one letter is worth a line, though nothing was done. */
async function auditRepeat(
  parts: DeskRoutes,
  request: OperationRequest,
  { stream, id, entryId }: { stream: string; id: string; entryId: string },
): Promise<void> {
  await parts.change((turn) => {
    turn.keep();
    audit(turn, {
      eventId: `admin.requeue:${request.requestId}`,
      actor: request.identity.name,
      action: 'admin.requeue',
      subject: `${stream}.dlq`,
      details: { id, entryId, requeued: false },
      atMs: turn.nowMs,
      requestId: request.requestId,
      traceId: request.traceId,
    });
  });
}
