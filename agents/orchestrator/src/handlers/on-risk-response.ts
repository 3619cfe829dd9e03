import type { Incoming } from '@octant/platform/bus/message';
import type { RiskResponse } from '@octant/trading/messages/risk';
import { advance } from '../cycle/advance.js';
import { takeRiskAnswer } from '../cycle/decide-symbol.js';
import type { TradingDesk } from '../desk/trading-desk.js';

/** Risk's answer to the decision that waits for it; an answer that nobody waits for means nothing. */
export function onRiskResponse(desk: TradingDesk) {
  return ({ payload }: Incoming<RiskResponse>) =>
    desk.turn(async (turn) => {
      for (const session of turn.sessions.values()) {
        const { step } = session;
        const decision = step?.decision;
        if (step === null || decision === null || decision === undefined) continue;
        if (decision.phase !== 'risk' || decision.requestId !== payload.requestId) continue;
        await takeRiskAnswer({ turn, session, step }, decision, {
          ok: payload.ok,
          riskScore: payload.riskScore,
          ...(payload.code === undefined ? {} : { code: payload.code }),
          ...(payload.reason === undefined ? {} : { reason: payload.reason }),
        });
        await advance(turn, session);
      }
    });
}
