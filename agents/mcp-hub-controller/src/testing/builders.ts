import type { CommandsTable, Finish, NewCommand, StoredCommand } from '../adapters/commands-table.js';
import type { HubConfig } from '../config.js';
import type { CallOutcome, HubDescription, HubPort, ToolCall } from '../hubs/hub-port.js';

export function aHub(fields: Partial<HubConfig> = {}): HubConfig {
  return {
    name: 'double',
    url: 'http://127.0.0.1:1/mcp',
    args: [],
    pass_env: [],
    allow_tools: ['echo'],
    timeout_ms: 1000,
    ...fields,
  };
}

/** Answers with what it is told to. */
export class ScriptedHubs implements HubPort {
  readonly calls: ToolCall[] = [];
  readonly asked: string[] = [];
  outcome: CallOutcome = { kind: 'answered', answer: { isError: false, content: [{ type: 'text', text: 'hello' }] } };
  description: HubDescription | Error = { server: { name: 'double', version: '1' }, tools: [{ name: 'echo' }] };
  /** Calls wait for it. */
  gate: Promise<void> = Promise.resolve();

  describe(hub: HubConfig): Promise<HubDescription> {
    this.asked.push(hub.name);
    return this.description instanceof Error ? Promise.reject(this.description) : Promise.resolve(this.description);
  }

  async call(_hub: HubConfig, call: ToolCall): Promise<CallOutcome> {
    this.calls.push(call);
    await this.gate;
    return this.outcome;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The table's rules in memory. */
export class MemoryCommands implements CommandsTable {
  readonly rows = new Map<string, StoredCommand>();
  readonly finished: Finish[] = [];

  begin(command: NewCommand): Promise<StoredCommand | undefined> {
    const key = `${command.requestId}/${command.hub}`;
    const stored = this.rows.get(key);
    if (stored === undefined) {
      const { fingerprint, leaseUntilMs } = command;
      this.rows.set(key, { fingerprint, state: 'running', result: null, leaseUntilMs });
    }
    return Promise.resolve(stored);
  }

  finish(finish: Finish): Promise<void> {
    const key = `${finish.requestId}/${finish.hub}`;
    const stored = this.rows.get(key);
    if (stored?.state !== 'running') return Promise.resolve();
    this.finished.push(finish);
    this.rows.set(key, { ...stored, state: finish.state, result: finish.result });
    return Promise.resolve();
  }

  deleteOld(): Promise<number> {
    return Promise.resolve(0);
  }
}
