import { randomUUID } from 'node:crypto';
import type { Publisher } from '@octant/platform/agent/definition';
import type { Outgoing } from '@octant/platform/bus/message';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { Operation } from '@octant/platform/http/operation';
import type { Clock } from '@octant/platform/time/clock';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { NotifyEvent, Severity } from '@octant/trading/messages/notify-event';
import type { Acknowledgement, NoticesTable } from '../adapters/notices-table.js';

/** What the OpenAPI file lets through; unknown fields are kept. */
type NotifyBody = Pick<NotifyEvent, 'type' | 'severity'> & Partial<Pick<NotifyEvent, 'ts' | 'traceId'>>;

export interface EnqueueParts {
  readonly bus: Publisher;
  readonly clock: Clock;
  /** Writes the message to the outbox: once it is answered, an emptied Redis does not take it away. */
  readonly keep: (message: Outgoing & { readonly id: string }) => Promise<unknown>;
}

/** `POST /notify`. */
export function enqueueNotice({ bus, clock, keep }: EnqueueParts): Operation {
  return async (request) => {
    const body = request.body as NotifyBody;
    const id = `notify:${request.idempotencyKey ?? randomUUID()}`;
    const payload = {
      ...body,
      ts: body.ts ?? new Date(clock.now()).toISOString(),
      traceId: body.traceId ?? request.traceId,
    };
    const message = { stream: 'notify.events', type: body.type, id, payload };
    await unlessAway(() => keep(message));
    const { duplicate } = await bus.publish(message);
    return { status: 202, body: { id, duplicate } };
  };
}

/** Without Postgres the stream alone has it: better than to turn a notice away. */
async function unlessAway(keep: () => Promise<unknown>): Promise<void> {
  try {
    await keep();
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
  }
}

interface RecentQuery {
  readonly limit?: number;
  readonly severity?: Severity;
  readonly type?: string;
  readonly unacked?: boolean;
}

const DEFAULT_LIMIT = 50;

/** `GET /notify/recent`. */
export function listRecentNotices(parts: {
  notices: Pick<NoticesTable, 'recent'>;
  mostAtOnce: () => number;
}): Operation {
  return async (request) => {
    const query: RecentQuery = request.query;
    const notices = await parts.notices.recent({
      limit: Math.min(query.limit ?? DEFAULT_LIMIT, parts.mostAtOnce()),
      severity: query.severity,
      type: query.type,
      unacked: query.unacked ?? false,
    });
    return { status: 200, body: { notices } };
  };
}

/** `POST /admin/notify/ack`. */
export function acknowledgeNotices(parts: { notices: Pick<NoticesTable, 'acknowledge'>; clock: Clock }): Operation {
  return async (request) => {
    const target = targetOf(request.body as { traceId?: string; id?: string });
    const key = request.idempotencyKey ?? request.requestId;
    const nowMs = parts.clock.now();
    const by = request.identity.name;
    const audit = (acknowledged: number) => {
      const subject = 'traceId' in target ? target.traceId : target.id;
      const payload: AuditEvent = {
        eventId: `notice.ack:${key}:${subject}`,
        actor: by,
        action: 'notice.acknowledged',
        subject,
        details: { ...target, acknowledged },
        atMs: nowMs,
        requestId: request.requestId,
        ts: new Date(nowMs).toISOString(),
        traceId: request.traceId,
      };
      return { stream: 'audit.events', type: payload.action, id: payload.eventId, payload };
    };
    return { status: 200, body: { acknowledged: await parts.notices.acknowledge({ target, key, by, nowMs, audit }) } };
  };
}

function targetOf(body: { traceId?: string; id?: string }): Acknowledgement['target'] {
  if (body.traceId !== undefined && body.id === undefined) return { traceId: body.traceId };
  if (body.id !== undefined && body.traceId === undefined) return { id: body.id };
  const found = body.id === undefined ? 'neither' : 'both';
  throw new PermanentError(`body: expected exactly one of traceId and id, was ${found}`, { code: 'invalid_request' });
}
