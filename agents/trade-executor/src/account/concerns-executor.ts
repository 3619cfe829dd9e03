import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import type { HaltOrUnhalt } from './apply-halt.js';
import type { SessionEnd } from './cancel-session.js';

/** Of `orchestrator.commands`, what the executor cares about. */
export function concernsExecutor(command: OrchestratorCommand): command is HaltOrUnhalt | SessionEnd {
  return command.type === 'halt' || command.type === 'unhalt' || command.type === 'unwatch';
}
