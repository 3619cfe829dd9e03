import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { expect, test } from 'vitest';
import { MemoryCommands, ScriptedHubs, aHub } from '../testing/builders.js';
import { CommandRunner, type HubCommand } from './run-command.js';

function aCommand(fields: Partial<HubCommand> = {}): HubCommand {
  return {
    requestId: 'r1',
    tool: 'echo',
    arguments: { text: 'hello', loud: true },
    actor: 'ann',
    traceId: 't1',
    ...fields,
  };
}

function aRunner() {
  const table = new MemoryCommands();
  const hubs = new ScriptedHubs();
  const clock = new VirtualClock(1000);
  const failures: string[] = [];
  const onFailure = (hub: string, message: string) => failures.push(`${hub}: ${message}`);
  const parts = { table, hubs, clock, mostBytes: () => 1000, onFailure };
  return { table, hubs, clock, failures, runner: new CommandRunner(parts), another: new CommandRunner(parts) };
}

test('calls the tool, keeps the answer and audits it without the values of the arguments', async () => {
  const { runner, table } = aRunner();
  expect(await runner.run(aHub(), aCommand())).toEqual({
    hub: 'double',
    outcome: 'ok',
    content: [{ type: 'text', text: 'hello' }],
    truncated: false,
    error: null,
    latencyMs: 0,
    repeated: false,
  });
  expect(table.finished[0]?.audit).toEqual({
    stream: 'audit.events',
    type: 'mcp.command',
    id: 'mcp:r1:double',
    payload: {
      eventId: 'mcp:r1:double',
      actor: 'ann',
      action: 'mcp.command',
      subject: 'double/echo',
      details: { hub: 'double', tool: 'echo', argumentNames: ['text', 'loud'], outcome: 'ok', latencyMs: 0 },
      atMs: 1000,
      requestId: 'r1',
      ts: '1970-01-01T00:00:01.000Z',
      traceId: 't1',
    },
  });
});

test('a repeat answers what the first did, whatever the order of its arguments', async () => {
  const { runner, hubs } = aRunner();
  const first = await runner.run(aHub(), aCommand());
  const again = await runner.run(aHub(), aCommand({ arguments: { loud: true, text: 'hello' } }));
  expect(again).toEqual({ ...first, repeated: true });
  expect(hubs.calls).toHaveLength(1);
});

test('the same id with another command is refused', async () => {
  const { runner, hubs } = aRunner();
  await runner.run(aHub(), aCommand());
  const other = runner.run(aHub(), aCommand({ arguments: { text: 'bye' } }));
  await expect(other).rejects.toMatchObject({ code: 'request_id_reused', status: 409 });
  expect(hubs.calls).toHaveLength(1);
});

test('the same id on another hub is another command', async () => {
  const { runner, hubs } = aRunner();
  await runner.run(aHub(), aCommand());
  await runner.run(aHub({ name: 'second' }), aCommand());
  expect(hubs.calls).toHaveLength(2);
});

test('a call that another process makes is in progress, and in doubt when its lease is over', async () => {
  const { runner, another, hubs, clock } = aRunner();
  let open: () => void = () => undefined;
  hubs.gate = new Promise((resolve) => {
    open = resolve;
  });
  const first = runner.run(aHub(), aCommand());
  await expect(another.run(aHub(), aCommand())).rejects.toMatchObject({ code: 'in_progress', status: 409 });
  await clock.advance(32_001);
  expect(await another.run(aHub(), aCommand())).toMatchObject({ outcome: 'unknown', repeated: true });
  open();
  await first;
  expect(await another.run(aHub(), aCommand())).toMatchObject({ outcome: 'unknown', repeated: true });
  expect(hubs.calls).toHaveLength(1);
});

test.each([
  ['not_run', 'failed'],
  ['server_error', 'tool_error'],
  ['unknown', 'unknown'],
] as const)(
  'a call that ends as %s is reported as %s, and remembered as the last error of its hub',
  async (kind, outcome) => {
    const { runner, hubs, failures } = aRunner();
    hubs.outcome = { kind, error: 'broken pipe' };
    expect(await runner.run(aHub(), aCommand())).toMatchObject({ outcome, error: 'broken pipe', content: [] });
    expect(failures).toEqual(['double: broken pipe']);
  },
);
