import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { exitTermsOf } from '@octant/trading/exchange/exit-terms';
import type { ExecOrder } from '@octant/trading/messages/execution';
import type { LiveDesk } from '../live/live-desk.js';
import { takeLiveOrder } from '../live/take-live-order.js';

/** `exec.orders` for an exchange: written down or denied, and done; the sender takes it from there. */
export function onLiveOrder(desk: LiveDesk): (message: Incoming<ExecOrder>) => HandlerResult {
  return ({ payload }) => {
    const { orderId, symbol, side, qty, requestId, sessionId, traceId, referencePrice, notBeforeMs, ts } = payload;
    const exits = payload.exits === undefined ? undefined : exitTermsOf(payload.exits);
    const { timeframe, haltVersion, approval } = payload;
    return takeLiveOrder(desk, {
      ...{ orderId, symbol, side, qty, requestId, sessionId, traceId, referencePrice, notBeforeMs, ts },
      ...{ timeframe, exits, haltVersion },
      verdict: { approval },
    }).result;
  };
}
