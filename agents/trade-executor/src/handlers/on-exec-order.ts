import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { exitTermsOf } from '@octant/trading/exchange/exit-terms';
import type { ExecOrder } from '@octant/trading/messages/execution';
import type { ExecDesk } from '../account/desk.js';
import { takeOrder } from '../account/take-order.js';

/** `exec.orders`: takes the order, or denies it with the reason. */
export function onExecOrder(desk: ExecDesk): (message: Incoming<ExecOrder>) => Promise<HandlerResult> {
  return async ({ payload }) => {
    const { orderId, symbol, side, qty, requestId, sessionId, traceId, referencePrice, notBeforeMs, ts } = payload;
    const { result } = await takeOrder(desk, {
      orderId,
      symbol,
      side,
      qty,
      requestId,
      sessionId,
      traceId,
      referencePrice,
      notBeforeMs,
      timeframe: payload.timeframe,
      exits: payload.exits === undefined ? undefined : exitTermsOf(payload.exits),
      haltVersion: payload.haltVersion,
      ts,
      verdict: { approval: payload.approval },
    });
    return acknowledging(desk, result, ts);
  };
}

function acknowledging(desk: ExecDesk, result: HandlerResult, sentAt: string): HandlerResult {
  return {
    ...result,
    onCommitted: () => {
      result.onCommitted?.();
      desk.metrics.acknowledgedAfter(Math.max(0, desk.clock.now() - Date.parse(sentAt)) / 1000);
    },
  };
}
