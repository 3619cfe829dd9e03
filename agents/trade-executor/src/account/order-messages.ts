import type { Outgoing } from '@octant/platform/bus/message';
import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import { statusWordOf } from '@octant/trading/exchange/order-state';
import type { PaperFill } from '@octant/trading/exchange/paper-exchange';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { ExecProgress, ExecStatus, OrderState } from '@octant/trading/messages/execution';
import type { OrderSide } from '@octant/trading/messages/envelope';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';

/** What all messages about an order have in common. */
export interface OrderFacts {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly requestId: string;
  readonly sessionId: string;
  readonly traceId: string;
  readonly referencePrice: string;
  readonly notBeforeMs: number;
  readonly exits?: ExitTerms | undefined;
}

export interface Stamp {
  readonly exchange: string;
  /** ISO instant of publishing. */
  readonly ts: string;
}

/** A fill with its place in the account. */
export interface NumberedFill extends PaperFill {
  readonly fillId: string;
  readonly fillSeq: number;
}

const ACTOR = 'trade-executor';

/** An order was taken: status and audit. Their ids follow from the order, so that a repeat makes the same ones. */
export function acknowledgedMessages(order: OrderFacts, stamp: Stamp): readonly Outgoing[] {
  return [
    statusMessage(order, { state: 'acknowledged', stamp }),
    auditMessage(order, {
      action: 'order.submitted',
      key: order.orderId,
      atMs: order.notBeforeMs,
      details: { ...terms(order), exchange: stamp.exchange },
      stamp,
    }),
  ];
}

/** An order was written down and is to be sent: status and audit. */
export function intendedMessages(order: OrderFacts, atMs: number, stamp: Stamp): readonly Outgoing[] {
  return [
    statusMessage(order, { state: 'intended', stamp }),
    auditMessage(order, {
      action: 'order.submitted',
      key: order.orderId,
      atMs,
      details: { ...terms(order), exchange: stamp.exchange },
      stamp,
    }),
  ];
}

/** An order rests at the exchange, or nobody knows whether it does; the latter with a warning. */
export function pendingMessages(
  order: OrderFacts,
  now: { readonly state: 'acknowledged' | 'unknown'; readonly reason?: string | undefined },
  stamp: Stamp,
): readonly Outgoing[] {
  const { state, reason } = now;
  const status = statusMessage(order, { state, stamp, ...(reason === undefined ? {} : { reason }) });
  if (state === 'acknowledged') return [status];
  const text = `The outcome of order ${order.orderId} (${order.side} ${order.qty} ${order.symbol}) is not known yet: ${reason ?? 'no answer'}`;
  return [
    status,
    noticeMessage(order, { type: 'order_unknown', severity: 'warning', text, key: order.orderId, stamp }),
  ];
}

/** Something about an order that a person should know, once a key. */
export function orderNotice(
  order: OrderFacts,
  notice: {
    readonly type: string;
    readonly severity: 'warning' | 'critical';
    readonly text: string;
    readonly key: string;
  },
  stamp: Stamp,
): Outgoing {
  return noticeMessage(order, { ...notice, stamp });
}

/**
 * An order ended without a fill, or with less than its quantity: `denied` before the exchange saw it, `rejected` or
 * `expired` there, `canceled` by a halt. Status and audit, and a notice unless it was cancelled on purpose.
 */
export function endedMessages(
  order: OrderFacts,
  end: {
    readonly state: 'denied' | 'rejected' | 'canceled' | 'expired';
    readonly reason: string;
    readonly atMs: number;
  },
  stamp: Stamp,
): readonly Outgoing[] {
  const { state, reason } = end;
  const messages = [
    statusMessage(order, { state, reason, stamp }),
    auditMessage(order, {
      action: `order.${state}`,
      key: order.orderId,
      atMs: end.atMs,
      details: { ...terms(order), reason, exchange: stamp.exchange },
      stamp,
    }),
  ];
  if (state === 'canceled') return messages;
  const text = `Order ${order.orderId} (${order.side} ${order.qty} ${order.symbol}) was ${state}: ${reason}`;
  return [
    ...messages,
    noticeMessage(order, { type: `order_${state}`, severity: 'warning', text, key: order.orderId, stamp }),
  ];
}

/** The exits of an entry are taken away with their session: audit alone, they are not orders of their own yet. */
export function exitsEndedMessage(entry: OrderFacts, reason: string, stamp: Stamp): Outgoing {
  return auditMessage(entry, {
    action: 'exits.canceled',
    key: entry.orderId,
    atMs: entry.notBeforeMs,
    details: { exits: entry.exits, reason, symbol: entry.symbol, exchange: stamp.exchange },
    stamp,
  });
}

/** What is said of a fill. */
export type FillFacts = Pick<
  NumberedFill,
  | 'fillId'
  | 'fillSeq'
  | 'fillNumber'
  | 'qty'
  | 'filledQty'
  | 'price'
  | 'feeQuote'
  | 'profit'
  | 'atMs'
  | 'complete'
  | 'exit'
> & {
  /** As the exchange charged it, where that is not the quote currency. */
  readonly fee?: { readonly amount: string; readonly currency: string };
};

/** An order filled, in whole or in part: status, audit and an informal notice. */
export function filledMessages(order: OrderFacts, fill: FillFacts, stamp: Stamp): readonly Outgoing[] {
  const { fillId, fillSeq, fillNumber, price, feeQuote, profit, atMs } = fill;
  const figures = { fillId, fillSeq, fillNumber, price, feeQuote, profit };
  const status: ExecStatus = {
    ...statusFields(order, fill.complete ? 'filled' : 'partially_filled', stamp),
    ...figures,
    qty: fill.qty,
    filledQty: fill.filledQty,
    atMs,
  };
  const verb = order.side === 'buy' ? 'Bought' : 'Sold';
  const why = fill.exit === undefined ? '' : ` (${fill.exit.kind})`;
  const text = `${verb} ${fill.qty} ${order.symbol} at ${price}${why}, fee ${feeQuote}${order.side === 'sell' ? `, profit ${profit}` : ''}`;
  return [
    { stream: 'exec.status', type: 'status', id: `status:${fillId}`, payload: status },
    auditMessage(order, {
      action: 'order.filled',
      key: fillId,
      atMs,
      details: {
        ...figures,
        symbol: order.symbol,
        side: order.side,
        qty: fill.qty,
        exchange: stamp.exchange,
        ...(fill.fee === undefined ? {} : { fee: fill.fee }),
      },
      stamp,
    }),
    noticeMessage(order, { type: 'fill', severity: 'info', text, key: fillId, stamp }),
  ];
}

/** `exec.progress`; `key` makes its id. */
export function progressMessage(payload: ExecProgress, key: string): Outgoing {
  return { stream: 'exec.progress', type: payload.type, id: `progress:${key}`, payload };
}

/** Statuses first, then the progress that says that they are all out, then what nobody waits for. */
export function inPublishingOrder(messages: readonly Outgoing[], progress: Outgoing | undefined): readonly Outgoing[] {
  const statuses = messages.filter((message) => message.stream === 'exec.status');
  const others = messages.filter((message) => message.stream !== 'exec.status');
  return [...statuses, ...(progress === undefined ? [] : [progress]), ...others];
}

function statusFields(order: OrderFacts, state: OrderState, stamp: Stamp): ExecStatus {
  return {
    orderId: order.orderId,
    status: statusWordOf(state),
    state,
    symbol: order.symbol,
    side: order.side,
    qty: order.qty,
    orderQty: order.qty,
    requestId: order.requestId,
    sessionId: order.sessionId,
    exchange: stamp.exchange,
    simulated: stamp.exchange === 'paper',
    traceId: order.traceId,
    ts: stamp.ts,
  };
}

function statusMessage(
  order: OrderFacts,
  change: { readonly state: OrderState; readonly reason?: string; readonly stamp: Stamp },
): Outgoing {
  const fields = statusFields(order, change.state, change.stamp);
  const payload: ExecStatus = change.reason === undefined ? fields : { ...fields, reason: change.reason };
  return { stream: 'exec.status', type: 'status', id: `status:${order.orderId}:${change.state}`, payload };
}

function auditMessage(
  order: OrderFacts,
  event: {
    readonly action: string;
    readonly key: string;
    readonly atMs: number;
    readonly details: Record<string, unknown>;
    readonly stamp: Stamp;
  },
): Outgoing {
  const eventId = `${event.action}:${event.key}`;
  const payload: AuditEvent = {
    eventId,
    actor: ACTOR,
    action: event.action,
    subject: order.orderId,
    details: event.details,
    atMs: event.atMs,
    requestId: order.requestId,
    traceId: order.traceId,
    ts: event.stamp.ts,
  };
  return { stream: 'audit.events', type: event.action, id: eventId, payload };
}

function noticeMessage(
  order: OrderFacts,
  notice: {
    readonly type: string;
    readonly severity: 'info' | 'warning' | 'critical';
    readonly text: string;
    readonly key: string;
    readonly stamp: Stamp;
  },
): Outgoing {
  const { orderId, sessionId, symbol, side } = order;
  const payload: NotifyEvent = {
    type: notice.type,
    severity: notice.severity,
    message: notice.text,
    context: { orderId, sessionId, symbol, side, exchange: notice.stamp.exchange },
    requestId: order.requestId,
    traceId: order.traceId,
    ts: notice.stamp.ts,
  };
  return { stream: 'notify.events', type: notice.type, id: `${notice.type}:${notice.key}`, payload };
}

function terms(order: OrderFacts): Record<string, unknown> {
  const { symbol, side, qty, referencePrice, sessionId, notBeforeMs, exits } = order;
  const facts = { symbol, side, qty, referencePrice, sessionId, notBeforeMs };
  return exits === undefined ? facts : { ...facts, exits };
}
