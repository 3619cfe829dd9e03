import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { canceledReason, type HaltState } from './account.js';
import { isoNow, type ExecDesk } from './desk.js';
import { endedMessages, inPublishingOrder, progressMessage } from './order-messages.js';

export type HaltOrUnhalt = Extract<OrchestratorCommand, { type: 'halt' | 'unhalt' }>;

/**
 * Halts or unhalts the account; a halt cancels the resting buys. Answered with `exec.progress` always, naming the halt
 * version that is in force afterwards: a command that is older than that changes nothing.
 *
 * It runs beside the account's lane, or an order that waits for this very halt would stand in its way. So nothing here is
 * decided from memory: Postgres serialises it with fills and orders, and what they had decided before it they decide again.
 *
 * @param key the message id of the command.
 */
export function applyHalt(desk: ExecDesk, command: HaltOrUnhalt, key: string): HandlerResult {
  const halt: HaltState = {
    haltVersion: command.haltVersion,
    halted: command.type === 'halt',
    reason: command.type === 'halt' ? (command.reason ?? null) : null,
  };
  let canceled = 0;
  return {
    transaction: async (sql) => {
      const stamp = { exchange: desk.settings().exchange, ts: isoNow(desk.clock) };
      const applied = await desk.store.applyHalt(sql, halt);
      canceled = applied.canceled.length;
      const messages = applied.canceled.flatMap((order) =>
        endedMessages(order, { state: 'canceled', reason: canceledReason(halt), atMs: order.notBeforeMs }, stamp),
      );
      const { haltVersion } = applied;
      return inPublishingOrder(
        messages,
        progressMessage({ type: 'halt', haltVersion, traceId: command.traceId, ts: stamp.ts }, key),
      );
    },
    onCommitted: () => {
      desk.cache.distrust();
      for (let order = 0; order < canceled; order += 1) desk.metrics.orderCame('canceled');
    },
  };
}
