import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { expect, test } from 'vitest';
import { HALT_KEY, HaltView } from '../halt-view.js';
import { MemoryStore, anIncoming } from '../testing/fakes.js';
import { isHaltOrUnhalt, onOrchestratorCommand } from './on-orchestrator-command.js';

const envelope = { ts: '2024-01-01T01:00:00.000Z', traceId: 't1' };

function aCommand(fields: { type: 'halt' | 'unhalt'; haltVersion: number; reason?: string }): OrchestratorCommand {
  return { ...fields, ...envelope };
}

async function take(store: MemoryStore, halts: HaltView, command: OrchestratorCommand) {
  const result = await onOrchestratorCommand(anIncoming('orchestrator.commands', command), halts);
  expect(store.write(result.state ?? [])).toBe('ok');
  result.onCommitted?.();
  return result;
}

test('keeps a halt in the store and in memory', async () => {
  const store = new MemoryStore();
  const halts = new HaltView(store, () => undefined);
  const result = await take(store, halts, aCommand({ type: 'halt', haltVersion: 1, reason: 'maintenance' }));
  const state = { haltVersion: 1, halted: true, reason: 'maintenance' };
  expect(result.state).toEqual([{ key: HALT_KEY, expectedVersion: 0, value: state }]);
  expect(halts.current()).toEqual(state);
});

test('knows a halt only after its commit took effect', async () => {
  const halts = new HaltView(new MemoryStore(), () => undefined);
  await onOrchestratorCommand(anIncoming('orchestrator.commands', aCommand({ type: 'halt', haltVersion: 1 })), halts);
  expect(halts.current().halted).toBe(false);
});

test('an unhalt follows on the version that is stored', async () => {
  const store = new MemoryStore();
  const halts = new HaltView(store, () => undefined);
  await take(store, halts, aCommand({ type: 'halt', haltVersion: 1 }));
  const result = await take(store, halts, aCommand({ type: 'unhalt', haltVersion: 2 }));
  expect(result.state).toEqual([
    { key: HALT_KEY, expectedVersion: 1, value: { haltVersion: 2, halted: false, reason: null } },
  ]);
});

test('a halt that comes after its unhalt changes nothing', async () => {
  const store = new MemoryStore();
  const halts = new HaltView(store, () => undefined);
  await take(store, halts, aCommand({ type: 'unhalt', haltVersion: 2 }));
  const result = await take(store, halts, aCommand({ type: 'halt', haltVersion: 1 }));
  expect(result.state).toBeUndefined();
  expect(halts.current()).toEqual({ haltVersion: 2, halted: false, reason: null });
});

test('passes over the other commands', () => {
  const command: OrchestratorCommand = { type: 'advance', sessionId: 's1', closeTimeMs: 1, ...envelope };
  expect(isHaltOrUnhalt(command)).toBe(false);
  expect(isHaltOrUnhalt(aCommand({ type: 'halt', haltVersion: 1 }))).toBe(true);
});
