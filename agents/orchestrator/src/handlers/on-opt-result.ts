import type { Incoming } from '@octant/platform/bus/message';
import type { OptResult } from '@octant/trading/messages/optimizer';
import { audit } from '../desk/notices.js';
import type { TradingDesk } from '../desk/trading-desk.js';

/** A recommendation of the optimizer goes into the audit; applying it needs an approval. */
export function onOptResult(desk: TradingDesk) {
  return ({ payload, traceId }: Incoming<OptResult>) =>
    desk.turn((turn) => {
      audit(turn, {
        eventId: `optimizer.recommended:${payload.jobId}`,
        actor: 'parameter-optimizer',
        action: 'optimizer.recommended',
        subject: payload.strategy,
        details: { jobId: payload.jobId, recommended: payload.recommended, backtest: payload.backtest },
        atMs: turn.nowMs,
        traceId,
      });
    });
}
