import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { applyHalt } from '../account/apply-halt.js';
import { cancelSession } from '../account/cancel-session.js';
import { concernsExecutor } from '../account/concerns-executor.js';
import type { ExecDesk } from '../account/desk.js';

/** `orchestrator.commands`: halt, unhalt, and the end of a session. */
export function onOrchestratorCommand(desk: ExecDesk): (message: Incoming<OrchestratorCommand>) => HandlerResult {
  return ({ id, payload }) => {
    if (!concernsExecutor(payload)) return {};
    return payload.type === 'unwatch' ? cancelSession(desk, payload) : applyHalt(desk, payload, id);
  };
}
