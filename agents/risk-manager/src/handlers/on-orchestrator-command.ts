import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import type { HaltState } from '../halt-state.js';
import type { HaltView } from '../halt-view.js';

/** Whether risk cares about the command. */
export function isHaltOrUnhalt(command: OrchestratorCommand): boolean {
  return command.type === 'halt' || command.type === 'unhalt';
}

/** Keeps the newest halt or unhalt; one that comes late or again changes nothing. */
export function onOrchestratorCommand(message: Incoming<OrchestratorCommand>, halts: HaltView): HandlerResult {
  const command = message.payload;
  if (command.type !== 'halt' && command.type !== 'unhalt') return {};
  const next: HaltState = {
    haltVersion: command.haltVersion,
    halted: command.type === 'halt',
    reason: command.reason ?? null,
  };
  return {
    transaction: async (sql) => {
      await halts.keep(sql, next);
      return [];
    },
    onCommitted: () => {
      halts.learn(next);
    },
  };
}
