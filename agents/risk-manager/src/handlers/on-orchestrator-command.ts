import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { HALT_KEY, NEVER_HALTED, type HaltState, type HaltView } from '../halt-view.js';

/** Whether risk cares about the command. */
export function isHaltOrUnhalt(command: OrchestratorCommand): boolean {
  return command.type === 'halt' || command.type === 'unhalt';
}

/** Keeps the newest halt or unhalt; one that comes late or again changes nothing. */
export async function onOrchestratorCommand(
  message: Incoming<OrchestratorCommand>,
  halts: HaltView,
): Promise<HandlerResult> {
  const command = message.payload;
  if (command.type !== 'halt' && command.type !== 'unhalt') return {};
  const stored = await halts.read();
  const known = stored.value ?? NEVER_HALTED;
  const next: HaltState = {
    haltVersion: command.haltVersion,
    halted: command.type === 'halt',
    reason: command.reason ?? null,
  };
  if (next.haltVersion <= known.haltVersion) {
    return {
      onCommitted: () => {
        halts.learn(known);
      },
    };
  }
  return {
    state: [{ key: HALT_KEY, expectedVersion: stored.version, value: next }],
    onCommitted: () => {
      halts.learn(next);
    },
  };
}
