import { equityOf } from '@octant/trading/portfolio/ledger';
import type { Message } from '../desk/desk-state.js';
import { forgetEarly } from '../desk/early-statuses.js';
import { recordClosedDays, unfinishedDayOf } from '../desk/ledger-turn.js';
import { audit, notify } from '../desk/notices.js';
import type { Session, SessionStatus, Step } from '../desk/session-state.js';
import { stamp, type Turn } from '../desk/turn.js';
import { attempt } from './attempt.js';
import { beginStep } from './begin-step.js';
import { decideSize, endCycle, type StepTurn } from './decide-symbol.js';
import { fillsAreBooked, haltIsInForce, settleStep } from './settle-step.js';

/**
 * Takes a session as far as what is known allows: it begins the next step, settles it, decides symbol by symbol, and
 * stops where an answer is awaited. Calling it again with nothing new does nothing.
 */
export async function advance(turn: Turn, session: Session): Promise<void> {
  while (session.status === 'running') {
    if (session.step === null) {
      if (session.queue.length === 0 || !(await attempt(turn, session, () => beginNext(turn, session)))) return;
    }
    const { step } = session;
    if (step === null || !(await workStep({ turn, session, step }))) return;
    finishStep(turn, session, step);
  }
}

async function beginNext(turn: Turn, session: Session): Promise<void> {
  const next = session.queue.shift();
  if (next !== undefined) await beginStep(turn, session, next);
}

/** Takes every running session as far as it goes. */
export async function advanceAll(turn: Turn): Promise<void> {
  for (const session of turn.sessions.values()) await advance(turn, session);
}

/** True when the step is done, false while an answer is awaited. */
async function workStep(work: StepTurn): Promise<boolean> {
  const { turn, session, step } = work;
  if (!step.marked) {
    if (!fillsAreBooked(turn.desk, session, step)) return false;
    if (step.symbols.some((symbol) => isAwaited(step, symbol))) return false;
    settleStep(turn, session, step);
  }
  if (!haltIsInForce(turn.desk)) return false;
  while (step.cursor < step.symbols.length) {
    const symbol = step.symbols[step.cursor];
    if (symbol === undefined) break;
    if (step.decision !== null) return false;
    if (!(await attempt(turn, session, () => decideSize(work, symbol)))) return false;
  }
  return true;
}

function isAwaited(step: Step, symbol: string): boolean {
  const state = step.analyses[symbol]?.state;
  return state === 'pending' || state === 'awaited';
}

/** Lets a paced feed go on, or ends the session after its last step. */
function finishStep(turn: Turn, session: Session, step: Step): void {
  session.step = null;
  session.doneCloseTimeMs = step.closeTimeMs;
  forgetEarly(turn, session);
  turn.keep();
  if (step.last) {
    const rest = turn.desk.ledger === null ? undefined : unfinishedDayOf(turn.desk.ledger, step.closeTimeMs);
    if (rest !== undefined) recordClosedDays(turn, [rest], step.traceId);
    return endSession(turn, session, { status: 'finished', traceId: step.traceId, atMs: step.closeTimeMs });
  }
  if (session.feed === 'live') return;
  turn.messages.push(advanceMessage(turn, session, step));
}

/** Lets the feed go on after the candles of this close. */
export function advanceMessage(
  turn: Turn,
  { sessionId }: Session,
  { closeTimeMs, traceId }: { closeTimeMs: number; traceId: string },
): Message {
  return {
    stream: 'orchestrator.commands',
    type: 'advance',
    id: `advance:${sessionId}:${String(closeTimeMs)}`,
    payload: { type: 'advance', sessionId, closeTimeMs, ...stamp(turn, traceId) },
  };
}

/** Ends a session and tells the analyst to stop feeding it. */
export function endSession(
  turn: Turn,
  session: Session,
  end: { status: SessionStatus; traceId: string; atMs: number; actor?: string },
): void {
  session.status = end.status;
  session.endedAtMs = turn.nowMs;
  session.endEquityQuote = turn.desk.ledger === null ? null : equityOf(turn.desk.ledger);
  session.queue = [];
  session.step = null;
  forgetEarly(turn, session);
  turn.keep();
  turn.desk.runningSessionIds = turn.desk.runningSessionIds.filter((id) => id !== session.sessionId);
  const { sessionId } = session;
  turn.messages.push({
    stream: 'orchestrator.commands',
    type: 'unwatch',
    id: `unwatch:${sessionId}`,
    payload: { type: 'unwatch', sessionId, ...stamp(turn, end.traceId) },
  });
  audit(turn, {
    eventId: `session-${end.status}:${sessionId}`,
    actor: end.actor ?? 'orchestrator',
    action: `session.${end.status}`,
    subject: sessionId,
    details: { counters: session.counters, endEquityQuote: session.endEquityQuote },
    atMs: end.atMs,
    traceId: end.traceId,
  });
}

/** Gives up a step that has waited too long: no new exposure from it, and the session goes on. */
export function timeOutStep(work: StepTurn): void {
  const { turn, session, step } = work;
  const waiting = step.symbols.slice(step.cursor);
  while (step.cursor < step.symbols.length) endCycle(work, 'timed_out');
  notify(turn, {
    id: `timed-out:${session.sessionId}:${String(step.closeTimeMs)}`,
    type: 'cycle_timed_out',
    severity: 'warning',
    message: `No decision on ${waiting.join(', ')} within ${String(turn.settings.desk.cycle_timeout_ms)} ms`,
    context: { sessionId: session.sessionId, closeTimeMs: step.closeTimeMs, symbols: waiting },
    traceId: step.traceId,
  });
  audit(turn, {
    eventId: `decision.timed_out:${session.sessionId}:${String(step.closeTimeMs)}`,
    action: 'decision.timed_out',
    subject: session.sessionId,
    details: { symbols: waiting, marked: step.marked },
    atMs: step.closeTimeMs,
    traceId: step.traceId,
  });
  finishStep(turn, session, step);
}
