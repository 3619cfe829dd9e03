import type { Severity } from '@octant/trading/messages/notify-event';
import { stamp, type Turn } from './turn.js';

interface Notice {
  readonly id: string;
  readonly type: string;
  readonly severity: Severity;
  readonly message: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly traceId: string;
}

/** Adds a `notify.events` message to the turn. */
export function notify(turn: Turn, { id, traceId, ...notice }: Notice): void {
  turn.messages.push({
    stream: 'notify.events',
    type: notice.type,
    id: `notice:${id}`,
    payload: { ...notice, ...stamp(turn, traceId) },
  });
}

interface AuditEntry {
  readonly eventId: string;
  readonly actor?: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly atMs: number;
  readonly requestId?: string;
  readonly traceId: string;
}

/** Adds an `audit.events` message to the turn. */
export function audit(turn: Turn, { traceId, ...entry }: AuditEntry): void {
  turn.messages.push({
    stream: 'audit.events',
    type: entry.action,
    id: `audit:${entry.eventId}`,
    payload: { actor: 'orchestrator', ...entry, ...stamp(turn, traceId) },
  });
}
