import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { applyHalt, type HaltOrUnhalt } from '../account/apply-halt.js';
import { cancelSession, type SessionEnd } from '../account/cancel-session.js';
import type { ExecDesk } from '../account/desk.js';

/** Of `orchestrator.commands`, what the executor cares about. */
export function concernsExecutor(command: OrchestratorCommand): command is HaltOrUnhalt | SessionEnd {
  return command.type === 'halt' || command.type === 'unhalt' || command.type === 'unwatch';
}

/** `orchestrator.commands`: halt, unhalt, and the end of a session. */
export function onOrchestratorCommand(desk: ExecDesk): (message: Incoming<OrchestratorCommand>) => HandlerResult {
  return ({ id, payload }) => {
    if (!concernsExecutor(payload)) return {};
    return payload.type === 'unwatch' ? cancelSession(desk, payload) : applyHalt(desk, payload, id);
  };
}
