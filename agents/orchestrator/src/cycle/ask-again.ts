import { newTraceId } from '@octant/platform/observe/trace-context';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { Session, Step } from '../desk/session-state.js';
import type { Turn } from '../desk/turn.js';
import { advanceMessage } from './advance.js';
import { analyzeMessage } from './begin-step.js';
import { orderMessage, riskRequestMessage } from './decide-symbol.js';

/**
 * Publishes again, under the ids of the first time, all that the running sessions wait for and that is not in the outbox:
 * the candles after the last finished step, and the questions of the step in work. Nobody does twice what it leads to.
 */
export function askAgain(turn: Turn): void {
  for (const session of turn.sessions.values()) {
    if (session.status !== 'running') continue;
    const resumeMs = resumeAt(session);
    if (resumeMs !== undefined)
      turn.messages.push(advanceMessage(turn, session, { closeTimeMs: resumeMs, traceId: newTraceId() }));
    if (session.step !== null) askStepAgain(turn, session, session.step);
  }
}

/** Close of the last finished step; a paced session without one is fed by its `watch`, a live one from its start on. */
function resumeAt(session: Session): number | undefined {
  if (session.doneCloseTimeMs !== null) return session.doneCloseTimeMs;
  if (session.feed !== 'live') return undefined;
  const candleMs = timeframeMs(session.timeframe);
  return Math.floor(session.createdAtMs / candleMs) * candleMs;
}

function askStepAgain(turn: Turn, session: Session, step: Step): void {
  for (const symbol of step.symbols) {
    const state = step.analyses[symbol]?.state;
    if (state === 'pending' || state === 'awaited')
      turn.messages.push(analyzeMessage(turn, session, { symbol, candles: step }));
  }
  const { decision } = step;
  if (decision === null) return;
  const work = { turn, session, step };
  turn.messages.push(decision.phase === 'risk' ? riskRequestMessage(work, decision) : orderMessage(work, decision));
}
