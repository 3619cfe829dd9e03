import type { Publisher } from '@octant/platform/agent/definition';
import type { Outgoing } from '@octant/platform/bus/message';
import { PermanentError } from '@octant/platform/errors/errors';
import type { Operation, OperationRequest } from '@octant/platform/http/operation';
import type { Clock } from '@octant/platform/time/clock';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { CommandRunner, HubCommand } from '../commands/run-command.js';
import type { HubConfig } from '../config.js';
import type { HubStatusBoard } from '../hubs/hub-status.js';

export interface HubRouteParts {
  readonly hubs: () => readonly HubConfig[];
  readonly board: HubStatusBoard;
  readonly runner: CommandRunner;
  readonly bus: Pick<Publisher, 'publish'>;
  /** Writes the message to the outbox, so that an emptied Redis does not take it away. */
  readonly keep: (message: Outgoing & { readonly id: string }) => Promise<unknown>;
  readonly clock: Clock;
}

/** `GET /mcp/status`. */
export function getMcpStatus({ hubs, board }: Pick<HubRouteParts, 'hubs' | 'board'>): Operation {
  return async () => ({ status: 200, body: { hubs: await board.status(hubs()) } });
}

/** What the OpenAPI file lets through. */
interface CommandBody {
  readonly hub?: string;
  readonly hubs?: readonly string[];
  readonly tool: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

/** `POST /mcp/command`. Nothing is called unless every hub is known and allows the tool. */
export function runMcpCommand(parts: Omit<HubRouteParts, 'board'>): Operation {
  return async (request) => {
    const body = request.body as CommandBody;
    const command: HubCommand = {
      requestId: body.requestId ?? request.idempotencyKey ?? request.requestId,
      tool: body.tool,
      arguments: body.arguments ?? {},
      actor: request.identity.name,
      traceId: request.traceId,
    };
    const targets = namesOf(body).map((name) => getHub(name, parts.hubs()));
    const denying = targets.find((hub) => !hub.allow_tools.includes(command.tool));
    if (denying !== undefined) {
      const denial = denialOf({ hub: denying.name, command, request, nowMs: parts.clock.now() });
      await parts.keep(denial);
      await parts.bus.publish(denial);
      throw notAllowed(denying, command.tool);
    }
    const settled = await Promise.allSettled(targets.map((hub) => parts.runner.run(hub, command)));
    const results = settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    return { status: 200, body: { requestId: command.requestId, results } };
  };
}

function namesOf({ hub, hubs }: CommandBody): readonly string[] {
  if (hub !== undefined && hubs === undefined) return [hub];
  if (hubs !== undefined && hub === undefined) return hubs;
  const found = hub === undefined ? 'neither' : 'both';
  throw new PermanentError(`body: expected exactly one of hub and hubs, was ${found}`, { code: 'invalid_request' });
}

function getHub(name: string, hubs: readonly HubConfig[]): HubConfig {
  const hub = hubs.find((one) => one.name === name);
  if (hub !== undefined) return hub;
  const known = hubs.map((one) => one.name).join(', ');
  throw new PermanentError(`hub: expected one of ${known === '' ? '(none is configured)' : known}, was ${name}`, {
    code: 'unknown_hub',
    status: 404,
  });
}

function notAllowed(hub: HubConfig, tool: string): PermanentError {
  const allowed = hub.allow_tools.length === 0 ? 'none' : hub.allow_tools.join(', ');
  return new PermanentError(`tool: expected one that hub ${hub.name} allows (${allowed}), was ${tool}`, {
    code: 'tool_not_allowed',
    status: 403,
    details: { hub: hub.name, tool },
  });
}

function denialOf(input: { hub: string; command: HubCommand; request: OperationRequest; nowMs: number }) {
  const { hub, command, request, nowMs } = input;
  const payload: AuditEvent = {
    eventId: `mcp.denied:${request.requestId}:${hub}`,
    actor: command.actor,
    action: 'mcp.command_denied',
    subject: `${hub}/${command.tool}`,
    details: { hub, tool: command.tool },
    atMs: nowMs,
    requestId: command.requestId,
    ts: new Date(nowMs).toISOString(),
    traceId: command.traceId,
  };
  return { stream: 'audit.events', type: payload.action, id: payload.eventId, payload };
}
