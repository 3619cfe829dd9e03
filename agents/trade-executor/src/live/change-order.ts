import type { Outgoing } from '@octant/platform/bus/message';
import { isFinalState } from '@octant/trading/exchange/order-state';
import type { OrderState } from '@octant/trading/messages/execution';
import { endedMessages, pendingMessages, type OrderFacts, type Stamp } from '../account/order-messages.js';
import { pathTo } from './decide-order-state.js';
import type { LiveWork } from './in-live-transaction.js';
import { stampOf, type LiveDesk } from './live-desk.js';
import type { LiveOrder, LiveOrderPatch } from './live-order.js';

export interface OrderMove {
  readonly order: LiveOrder;
  /** What else of it changes. */
  readonly patch?: LiveOrderPatch;
  readonly to: OrderState;
  readonly reason?: string | undefined;
  /** Messages of fills that go between its acknowledgement and its end. */
  readonly fills?: readonly Outgoing[];
}

/**
 * Moves an order that is locked to another state, with its messages. A move that the table of states does not allow is
 * refused and counted; the rest of the patch is written all the same.
 */
export async function changeOrder(desk: LiveDesk, work: LiveWork, move: OrderMove): Promise<LiveOrder> {
  const { order, patch = {}, to, reason, fills = [] } = move;
  const path = pathTo(order.state, to);
  if (path === undefined) work.onCommitted(() => desk.metrics.refusedTransition(order.state, to));
  const moved = path !== undefined && path.length > 0;
  const changes: LiveOrderPatch = {
    ...patch,
    ...(moved ? { state: to, reason } : {}),
    ...(moved && isFinalState(to) ? { owner: undefined, cancelDueAtMs: undefined } : {}),
  };
  if (Object.keys(changes).length > 0) await work.live.updateOrder(order.orderId, changes);
  const changed: LiveOrder = { ...order, ...changes };
  const states = path ?? [];
  const said = [
    ...messagesOf(desk, order, { states: states.filter((state) => !isFinalState(state)), reason }),
    ...fills,
    ...messagesOf(desk, order, { states: states.filter(isFinalState), reason: changed.reason }),
  ];
  // Of a part nobody is told: its order is.
  if (said.length > 0 && order.partOf === undefined) await work.say(said, order.traceId);
  work.onCommitted(() => {
    noteStates(desk, order, states);
  });
  return changed;
}

export function factsOfOrder(order: LiveOrder): OrderFacts {
  const { orderId, symbol, side, qty, requestId, sessionId, traceId, referencePrice, notBeforeMs, exits } = order;
  const facts = { orderId, symbol, side, qty, requestId, sessionId, traceId, referencePrice, notBeforeMs };
  return exits === undefined ? facts : { ...facts, exits };
}

function messagesOf(
  desk: LiveDesk,
  order: LiveOrder,
  { states, reason }: { readonly states: readonly OrderState[]; readonly reason: string | undefined },
): readonly Outgoing[] {
  const stamp = stampOf(desk);
  return states.flatMap((state) => stateMessages(order, { state, reason, atMs: desk.clock.now() }, stamp));
}

/** What is said when an order comes into a state; fills speak for themselves, and so do requests. */
function stateMessages(
  order: LiveOrder,
  now: { readonly state: OrderState; readonly reason: string | undefined; readonly atMs: number },
  stamp: Stamp,
): readonly Outgoing[] {
  const facts = factsOfOrder(order);
  const { state, reason, atMs } = now;
  switch (state) {
    case 'acknowledged':
    case 'unknown':
      return pendingMessages(facts, { state, reason }, stamp);
    case 'denied':
    case 'rejected':
    case 'canceled':
    case 'expired':
      return endedMessages(facts, { state, reason: reason ?? state, atMs }, stamp);
    case 'intended':
    case 'sent':
    case 'partially_filled':
    case 'filled':
      return [];
  }
}

function noteStates(desk: LiveDesk, order: LiveOrder, states: readonly OrderState[]): void {
  for (const state of states) {
    if (state === 'acknowledged' && order.venueState === undefined) {
      desk.metrics.acknowledgedAfter(Math.max(0, desk.clock.now() - order.createdAtMs) / 1000);
    }
    if (state === 'acknowledged' || (isFinalState(state) && state !== 'filled')) desk.metrics.orderCame(state);
  }
}
