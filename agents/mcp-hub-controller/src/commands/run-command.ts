import { createHash } from 'node:crypto';
import type { Outgoing } from '@octant/platform/bus/message';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { CommandResult, CommandsTable, FinalState } from '../adapters/commands-table.js';
import type { HubConfig } from '../config.js';
import type { CallOutcome, HubPort, ToolCall } from '../hubs/hub-port.js';
import { boundOutput } from './bound-output.js';

/** One tool call on one hub, by somebody. */
export interface HubCommand extends ToolCall {
  readonly requestId: string;
  readonly actor: string;
  readonly traceId: string;
}

/** One element of `/mcp/command`'s answer. */
export interface HubCommandResult extends CommandResult {
  readonly hub: string;
  readonly outcome: FinalState;
  readonly repeated: boolean;
}

export interface CommandRunnerParts {
  readonly table: CommandsTable;
  readonly hubs: HubPort;
  readonly clock: Clock;
  readonly mostBytes: () => number;
  /** Told of every call that did not go well. */
  readonly onFailure: (hub: string, message: string) => void;
}

/** Connecting and calling may take a hub's time-out each; what is still running after this much more is in doubt. */
const LEASE_SLACK_MS = 30_000;
const LONGEST_ERROR = 1000;

/** Runs commands once per request id and hub. */
export class CommandRunner {
  readonly #parts: CommandRunnerParts;
  readonly #running = new Map<string, Promise<HubCommandResult>>();

  constructor(parts: CommandRunnerParts) {
    this.#parts = parts;
  }

  /**
   * The result of the command, by calling the tool or from the call that was made before.
   * @throws PermanentError `request_id_reused`; TransientError `in_progress` while another process runs it.
   */
  async run(hub: HubConfig, command: HubCommand): Promise<HubCommandResult> {
    const { table, clock } = this.#parts;
    const startedAtMs = clock.now();
    const fingerprint = fingerprintOf(command);
    const { requestId, tool, actor, traceId } = command;
    const leaseUntilMs = startedAtMs + 2 * hub.timeout_ms + LEASE_SLACK_MS;
    const identity = { requestId, hub: hub.name, tool, fingerprint, actor, traceId };
    const stored = await table.begin({ ...identity, startedAtMs, leaseUntilMs });
    if (stored === undefined) return this.#track(hub, command);
    if (stored.fingerprint !== fingerprint) throw reusedId(requestId);
    if (stored.state !== 'running') return this.#repeat(hub, stored.state, stored.result);
    const running = this.#running.get(keyOf(hub, command));
    if (running !== undefined) return { ...(await running), repeated: true };
    if (clock.now() < stored.leaseUntilMs) throw inProgress(requestId, stored.leaseUntilMs - clock.now());
    const error = 'the process that called it ended before an answer was kept: it may have run';
    const result: CommandResult = { content: [], truncated: false, error, latencyMs: 0 };
    return { ...(await this.#finish(hub, command, { state: 'unknown', result })), repeated: true };
  }

  async #track(hub: HubConfig, command: HubCommand): Promise<HubCommandResult> {
    const key = keyOf(hub, command);
    const running = this.#call(hub, command).finally(() => {
      this.#running.delete(key);
    });
    this.#running.set(key, running);
    return running;
  }

  async #call(hub: HubConfig, command: HubCommand): Promise<HubCommandResult> {
    const { hubs, clock, mostBytes, onFailure } = this.#parts;
    const startMs = clock.monotonic();
    const outcome = await hubs.call(hub, command);
    const latencyMs = Math.round((clock.monotonic() - startMs) * 10) / 10;
    if (outcome.kind !== 'answered') onFailure(hub.name, outcome.error);
    return this.#finish(hub, command, ended(outcome, latencyMs, mostBytes()));
  }

  async #finish(
    hub: HubConfig,
    command: HubCommand,
    { state, result }: { state: FinalState; result: CommandResult },
  ): Promise<HubCommandResult> {
    const { table, clock } = this.#parts;
    const nowMs = clock.now();
    const audit = auditOf({ hub: hub.name, command, state, latencyMs: result.latencyMs, nowMs });
    await table.finish({ requestId: command.requestId, hub: hub.name, state, result, nowMs, audit });
    return { hub: hub.name, outcome: state, ...result, repeated: false };
  }

  #repeat(hub: HubConfig, state: FinalState, result: CommandResult | null): HubCommandResult {
    const kept = result ?? { content: [], truncated: false, error: null, latencyMs: 0 };
    return { hub: hub.name, outcome: state, ...kept, repeated: true };
  }
}

function ended(
  outcome: CallOutcome,
  latencyMs: number,
  mostBytes: number,
): { state: FinalState; result: CommandResult } {
  if (outcome.kind === 'answered') {
    const state = outcome.answer.isError ? 'tool_error' : 'ok';
    return { state, result: { ...boundOutput(outcome.answer, mostBytes), error: null, latencyMs } };
  }
  const states = { not_run: 'failed', server_error: 'tool_error', unknown: 'unknown' } as const;
  const error = outcome.error.slice(0, LONGEST_ERROR);
  return { state: states[outcome.kind], result: { content: [], truncated: false, error, latencyMs } };
}

/** Values of arguments stay out of the audit: they may be secrets of the hub. */
function auditOf(input: {
  hub: string;
  command: HubCommand;
  state: FinalState;
  latencyMs: number;
  nowMs: number;
}): Outgoing & { readonly id: string } {
  const { hub, command, state, latencyMs, nowMs } = input;
  const payload: AuditEvent = {
    eventId: `mcp:${command.requestId}:${hub}`,
    actor: command.actor,
    action: 'mcp.command',
    subject: `${hub}/${command.tool}`,
    details: { hub, tool: command.tool, argumentNames: Object.keys(command.arguments), outcome: state, latencyMs },
    atMs: nowMs,
    requestId: command.requestId,
    ts: new Date(nowMs).toISOString(),
    traceId: command.traceId,
  };
  return { stream: 'audit.events', type: payload.action, id: payload.eventId, payload };
}

function keyOf(hub: HubConfig, command: HubCommand): string {
  return JSON.stringify([command.requestId, hub.name]);
}

function fingerprintOf({ tool, arguments: values }: ToolCall): string {
  return createHash('sha256')
    .update(canonical([tool, values]))
    .digest('hex');
}

/** JSON with sorted keys: the same arguments in another order are the same command. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function reusedId(requestId: string): PermanentError {
  return new PermanentError(`requestId: expected the command that ${requestId} stood for before, was another one`, {
    code: 'request_id_reused',
    status: 409,
  });
}

function inProgress(requestId: string, leftMs: number): TransientError {
  return new TransientError(`requestId: expected ${requestId} to have ended, was still running in another process`, {
    code: 'in_progress',
    status: 409,
    retryAfterMs: leftMs,
  });
}
