import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { Clock } from '@octant/platform/time/clock';
import type { NotifyEvent, Severity } from '@octant/trading/messages/notify-event';
import type { NewNotice, NoticesTable } from '../adapters/notices-table.js';
import type { DeliveryPlan } from '../slack/plan-delivery.js';

export interface NotifyEventParts {
  readonly notices: Pick<NoticesTable, 'insert'>;
  readonly plan: (severity: Severity) => DeliveryPlan;
  readonly clock: Clock;
  readonly onStored: (delivery: DeliveryPlan) => void;
}

/** Stores the notice; sending it is the delivery's business, so that Slack can never hold up the stream. */
export function onNotifyEvent(message: Incoming<NotifyEvent>, parts: NotifyEventParts): HandlerResult {
  const event = message.payload;
  const notice: NewNotice = {
    id: message.id,
    type: withoutNul(event.type),
    severity: event.severity,
    message: event.message === undefined ? null : withoutNul(event.message),
    context: event.context ?? {},
    requestId: event.requestId ?? null,
    traceId: event.traceId,
    publishedAt: event.ts,
    delivery: parts.plan(event.severity),
  };
  return {
    transaction: async (sql) => {
      await parts.notices.insert(sql, notice, parts.clock.now());
      return [];
    },
    onCommitted: () => {
      parts.onStored(notice.delivery);
    },
  };
}

/** Postgres stores every character in a text but this one. */
function withoutNul(text: string): string {
  return text.replaceAll('\u0000', '');
}
