import { requestIdOf } from '@octant/trading/exchange/order-id';
import type { ExecStatus } from '@octant/trading/messages/execution';
import type { Session } from './session-state.js';
import type { Turn } from './turn.js';

/**
 * After Redis was emptied the executor's words on an order may come before the desk, which is back at the end of its last
 * step, has sent that order again. They are said once, so they are remembered until then. True when this was such a one.
 */
export function rememberEarly(turn: Turn, status: ExecStatus): boolean {
  const { desk } = turn;
  const session = turn.sessions.get(status.sessionId);
  if (session?.status !== 'running' || !isYetToCome(session, status)) return false;
  if (desk.openOrders.some(({ orderId }) => orderId === status.orderId)) return false;
  if (!desk.earlyStatuses.some((known) => isSame(known, status))) desk.earlyStatuses.push(status);
  return true;
}

/** What was said of the order already. */
export function takeEarly(turn: Turn, orderId: string): readonly ExecStatus[] {
  const { desk } = turn;
  const early = desk.earlyStatuses.filter((status) => status.orderId === orderId);
  if (early.length > 0) desk.earlyStatuses = desk.earlyStatuses.filter((status) => status.orderId !== orderId);
  return early;
}

/** The session's step is over: what is still remembered of it was about an order that was not sent. */
export function forgetEarly(turn: Turn, session: Session): void {
  const { desk } = turn;
  if (desk.earlyStatuses.length === 0) return;
  desk.earlyStatuses = desk.earlyStatuses.filter(
    (status) =>
      status.sessionId !== session.sessionId || (session.status === 'running' && isYetToCome(session, status)),
  );
}

/** Whether the order belongs to a step that is not over, and whose symbol has not been decided. */
function isYetToCome(session: Session, { requestId, sessionId, symbol }: ExecStatus): boolean {
  const closeTimeMs = Number(requestId.slice(requestId.lastIndexOf('.') + 1));
  if (requestId !== requestIdOf({ sessionId, symbol, closeTimeMs })) return false;
  if (closeTimeMs <= (session.doneCloseTimeMs ?? 0)) return false;
  const { step } = session;
  if (step?.closeTimeMs !== closeTimeMs) return true;
  return step.symbols.indexOf(symbol) >= step.cursor;
}

function isSame(a: ExecStatus, b: ExecStatus): boolean {
  return a.orderId === b.orderId && a.state === b.state && a.fillId === b.fillId;
}
