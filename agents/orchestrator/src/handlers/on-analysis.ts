import type { Incoming } from '@octant/platform/bus/message';
import { requestIdOf } from '@octant/trading/exchange/order-id';
import type { AnalysisProgress, AnalysisSignal } from '@octant/trading/messages/analysis';
import { signalOf } from '../cycle/begin-step.js';
import { advance, endSession } from '../cycle/advance.js';
import type { Session, Step } from '../desk/session-state.js';
import type { TradingDesk } from '../desk/trading-desk.js';
import type { Turn } from '../desk/turn.js';

/** A signal of the analyst; it counts when its analysis is still awaited. */
export function onAnalysisSignal(desk: TradingDesk) {
  return ({ payload }: Incoming<AnalysisSignal>) =>
    desk.turn(async (turn) => {
      const found = findAwaiting(turn, payload);
      if (found === undefined) return;
      found.step.analyses[payload.symbol] = signalOf(payload);
      found.session.counters.signals += 1;
      await advance(turn, found.session);
    });
}

/** The analysis of one symbol is over; `none` means that no signal comes. */
export function onAnalysisProgress(desk: TradingDesk) {
  return ({ payload, traceId }: Incoming<AnalysisProgress>) =>
    desk.turn(async (turn) => {
      if (payload.feedFailure !== undefined) {
        failSession(turn, payload.sessionId, { reason: payload.feedFailure, traceId });
        return;
      }
      const found = findAwaiting(turn, payload);
      if (found === undefined) return;
      found.step.analyses[payload.symbol] = { state: payload.signal === 'none' ? 'none' : 'awaited' };
      await advance(turn, found.session);
    });
}

/** A session without candles can only end. */
function failSession(turn: Turn, sessionId: string, failure: { reason: string; traceId: string }): void {
  const session = turn.sessions.get(sessionId);
  if (session?.status !== 'running') return;
  session.failure = failure.reason;
  endSession(turn, session, { status: 'failed', traceId: failure.traceId, atMs: turn.nowMs });
}

interface Analyzed {
  readonly requestId: string;
  readonly sessionId: string;
  readonly symbol: string;
}

/** The running step that waits for this analysis. */
function findAwaiting(turn: Turn, analyzed: Analyzed): { session: Session; step: Step } | undefined {
  const session = turn.sessions.get(analyzed.sessionId);
  const step = session?.step;
  if (session === undefined || step === null || step === undefined) return undefined;
  const { sessionId } = session;
  const { symbol } = analyzed;
  if (requestIdOf({ sessionId, symbol, closeTimeMs: step.closeTimeMs }) !== analyzed.requestId) return undefined;
  const state = step.analyses[analyzed.symbol]?.state;
  return state === 'pending' || state === 'awaited' ? { session, step } : undefined;
}
