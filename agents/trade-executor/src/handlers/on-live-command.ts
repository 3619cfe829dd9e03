import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { concernsExecutor } from '../account/concerns-executor.js';
import { applyLiveHalt, cancelLiveSession } from '../live/apply-live-command.js';
import type { LiveDesk } from '../live/live-desk.js';

/** `orchestrator.commands` for an exchange: halt, unhalt, and the end of a session. */
export function onLiveCommand(desk: LiveDesk): (message: Incoming<OrchestratorCommand>) => HandlerResult {
  return ({ id, payload }) => {
    if (!concernsExecutor(payload)) return {};
    return payload.type === 'unwatch' ? cancelLiveSession(desk, payload) : applyLiveHalt(desk, payload, id);
  };
}
