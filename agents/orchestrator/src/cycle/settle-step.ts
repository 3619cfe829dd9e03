import { decideDayHalt } from '@octant/trading/portfolio/decide-halt';
import { markLedger, pnlOf, withDayHalt } from '@octant/trading/portfolio/ledger';
import type { Desk } from '../desk/desk-state.js';
import { publishHaltChange } from '../desk/halts.js';
import { ledgerAt, recordClosedDays } from '../desk/ledger-turn.js';
import type { Session, Step } from '../desk/session-state.js';
import type { Turn } from '../desk/turn.js';

/** Whether every fill of the step's candles is booked, so that equity may be marked. */
export function fillsAreBooked(desk: Desk, session: Session, step: Step): boolean {
  const { executed } = session;
  if (executed === null || executed.closeTimeMs < step.closeTimeMs) return false;
  if ((desk.ledger?.lastFillSeq ?? 0) < executed.lastFillSeq) return false;
  const resting = executed.resting ?? [];
  return !desk.openOrders.some((order) => mustHaveEnded(order, session, step) && !resting.includes(order.orderId));
}

/**
 * A market order ends in the first candle of its symbol and timeframe that opens at or after `notBeforeMs`, unless the
 * executor says that it still rests (latency, a volume that did not do for all of it); a paced feed's candles reach only the orders of its own session and those of no timeframe.
 */
function mustHaveEnded(order: Desk['openOrders'][number], session: Session, step: Step): boolean {
  return (
    order.notBeforeMs <= step.openTimeMs &&
    (session.feed === 'live' || order.timeframe === null || order.sessionId === session.sessionId) &&
    (order.timeframe === null || order.timeframe === session.timeframe) &&
    step.closes[order.symbol] !== undefined
  );
}

/** Marks the equity at the step's closes, rolls the day over, and decides the day's halt. */
export function settleStep(turn: Turn, session: Session, step: Step): void {
  const { desk, settings } = turn;
  const marked = markLedger(ledgerAt(turn, step.openTimeMs), { closes: step.closes, closeTimeMs: step.closeTimeMs });
  desk.ledger = marked.ledger;
  recordClosedDays(turn, marked.closedDays, step.traceId);
  const halt = decideDayHalt(pnlOf(desk.ledger).pnlRatio, settings);
  if (halt !== undefined && !desk.ledger.day.halted) {
    desk.ledger = withDayHalt(desk.ledger, { reason: halt, atMs: step.closeTimeMs });
  }
  publishHaltChange(turn, { actor: 'orchestrator', atMs: step.closeTimeMs, traceId: step.traceId });
  step.marked = true;
  session.lastCloseTimeMs = step.closeTimeMs;
}

/** Whether the executor has confirmed the newest halt and cancelled the resting buys that it ends. */
export function haltIsInForce(desk: Desk): boolean {
  if (desk.executorHaltVersion < desk.haltVersion) return false;
  return !desk.haltPublished || !desk.openOrders.some((order) => order.side === 'buy');
}
