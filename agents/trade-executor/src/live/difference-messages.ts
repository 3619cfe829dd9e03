import { createHash } from 'node:crypto';
import type { Outgoing } from '@octant/platform/bus/message';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';
import type { Stamp } from '../account/order-messages.js';
import type { Difference } from './difference.js';

const ACTOR = 'trade-executor';

/** A difference was found: a notice and an audit event, under ids and a trace that follow from it. */
export function differenceMessages(
  difference: Difference,
  stamp: Stamp,
): { readonly traceId: string; readonly messages: readonly Outgoing[] } {
  const { id, kind, subject, state, explanation, proposal, figures, symbols, blocking } = difference;
  const traceId = traceOf(`${stamp.exchange}:difference:${String(id)}`);
  const context = { id, kind, subject, state, symbols, blocking, proposal, figures, exchange: stamp.exchange };
  const notice: NotifyEvent = {
    type: 'reconciliation_difference',
    severity: state === 'open' && blocking ? 'critical' : 'warning',
    message: `${explanation.charAt(0).toUpperCase()}${explanation.slice(1)}.`.slice(0, 4000),
    context,
    traceId,
    ts: stamp.ts,
  };
  const audit: AuditEvent = {
    eventId: `reconciliation.${state}:${stamp.exchange}:${String(id)}`,
    actor: ACTOR,
    action: `reconciliation.${state === 'open' ? 'found' : state}`,
    subject,
    details: { ...context, explanation },
    atMs: Math.round(difference.foundAtMs),
    traceId,
    ts: stamp.ts,
  };
  return {
    traceId,
    messages: [
      {
        stream: 'notify.events',
        type: notice.type,
        id: `${notice.type}:${stamp.exchange}:${String(id)}`,
        payload: notice,
      },
      { stream: 'audit.events', type: audit.action, id: audit.eventId, payload: audit },
    ],
  };
}

/** A trace id that follows from a cause: 32 hex digits. */
export function traceOf(cause: string): string {
  return createHash('sha256').update(cause).digest('hex').slice(0, 32);
}
