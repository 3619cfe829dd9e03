import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { applyHalt, type HaltOrUnhalt } from '../account/apply-halt.js';
import type { ExecDesk } from '../account/desk.js';

/** Of `orchestrator.commands`, what the executor cares about. */
export function isHaltOrUnhalt(command: OrchestratorCommand): command is HaltOrUnhalt {
  return command.type === 'halt' || command.type === 'unhalt';
}

/** `orchestrator.commands`: halt and unhalt. */
export function onOrchestratorCommand(desk: ExecDesk): (message: Incoming<OrchestratorCommand>) => HandlerResult {
  return ({ id, payload }) => (isHaltOrUnhalt(payload) ? applyHalt(desk, payload, id) : {});
}
