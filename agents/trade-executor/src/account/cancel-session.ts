import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { isoNow, type ExecDesk } from './desk.js';
import { endedMessages, exitsEndedMessage } from './order-messages.js';

export type SessionEnd = Extract<OrchestratorCommand, { type: 'unwatch' }>;

const REASON = 'session_ended: no candle of its feed will come';

/**
 * Cancels the resting orders and exits of a session that has ended: its feed is over, so nothing would ever fill them.
 * Decided in Postgres beside the account's lane, as a halt is.
 */
export function cancelSession(desk: ExecDesk, { sessionId }: SessionEnd): HandlerResult {
  let canceled = 0;
  return {
    transaction: async (sql) => {
      const stamp = { exchange: desk.settings().exchange, ts: isoNow(desk.clock) };
      const orders = await desk.store.cancelSession(sql, sessionId, REASON);
      const entries = await desk.store.endExits(sql, sessionId);
      canceled = orders.length;
      return [
        ...orders.flatMap((order) =>
          endedMessages(order, { state: 'canceled', reason: REASON, atMs: order.notBeforeMs }, stamp),
        ),
        ...entries.map((entry) => exitsEndedMessage(entry, REASON, stamp)),
      ];
    },
    onCommitted: () => {
      desk.cache.distrust();
      for (let order = 0; order < canceled; order += 1) desk.metrics.orderCame('canceled');
    },
  };
}
