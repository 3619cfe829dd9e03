import type { Incoming } from '@octant/platform/bus/message';
import type { ExecProgress } from '@octant/trading/messages/execution';
import { advanceAll } from '../cycle/advance.js';
import type { Session } from '../desk/session-state.js';
import type { TradingDesk } from '../desk/trading-desk.js';

/** The executor is through with a candle's fills, or a halt is in force there. */
export function onExecProgress(desk: TradingDesk) {
  return ({ payload }: Incoming<ExecProgress>) =>
    desk.turn(async (turn) => {
      if (payload.type === 'halt') {
        turn.desk.executorHaltVersion = Math.max(turn.desk.executorHaltVersion, payload.haltVersion);
      } else {
        const { closeTimeMs, lastFillSeq, resting } = payload;
        for (const session of turn.sessions.values()) {
          if (concerns(session, payload) && closeTimeMs > (session.executed?.closeTimeMs ?? 0)) {
            session.executed = { closeTimeMs, lastFillSeq, ...(resting === undefined ? {} : { resting }) };
          }
        }
      }
      await advanceAll(turn);
    });
}

type CandleProgress = Extract<ExecProgress, { type: 'candles' }>;

function concerns(session: Session, progress: CandleProgress): boolean {
  if (progress.sessionId !== undefined) return progress.sessionId === session.sessionId;
  return progress.source === session.source && progress.timeframe === session.timeframe;
}
