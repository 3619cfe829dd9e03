import type { Sql } from '@octant/platform/postgres/sql';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { expect, test } from 'vitest';
import { HaltView } from '../halt-view.js';
import { MemoryHalts, anIncoming } from '../testing/fakes.js';
import { isHaltOrUnhalt, onOrchestratorCommand } from './on-orchestrator-command.js';

const envelope = { ts: '2024-01-01T01:00:00.000Z', traceId: 't1' };

function aCommand(fields: { type: 'halt' | 'unhalt'; haltVersion: number; reason?: string }): OrchestratorCommand {
  return { ...fields, ...envelope };
}

async function take(halts: HaltView, command: OrchestratorCommand): Promise<void> {
  const result = onOrchestratorCommand(anIncoming('orchestrator.commands', command), halts);
  await result.transaction?.(undefined as unknown as Sql);
  result.onCommitted?.();
}

const viewOf = (store: MemoryHalts): HaltView => new HaltView(store, () => undefined);

test('keeps a halt in the table and in memory', async () => {
  const store = new MemoryHalts();
  const halts = viewOf(store);
  await take(halts, aCommand({ type: 'halt', haltVersion: 1, reason: 'maintenance' }));
  const state = { haltVersion: 1, halted: true, reason: 'maintenance' };
  expect(store.kept).toEqual(state);
  expect(halts.current()).toEqual(state);
});

test('knows a halt only after its commit took effect', async () => {
  const halts = viewOf(new MemoryHalts());
  const halt = aCommand({ type: 'halt', haltVersion: 1 });
  await onOrchestratorCommand(anIncoming('orchestrator.commands', halt), halts).transaction?.(
    undefined as unknown as Sql,
  );
  expect(halts.current().halted).toBe(false);
});

test('a halt that comes after its unhalt changes nothing', async () => {
  const store = new MemoryHalts();
  const halts = viewOf(store);
  await take(halts, aCommand({ type: 'unhalt', haltVersion: 2 }));
  await take(halts, aCommand({ type: 'halt', haltVersion: 1 }));
  const state = { haltVersion: 2, halted: false, reason: null };
  expect(store.kept).toEqual(state);
  expect(halts.current()).toEqual(state);
});

test('a later process knows the halt, whatever became of Redis', async () => {
  const store = new MemoryHalts();
  await take(viewOf(store), aCommand({ type: 'halt', haltVersion: 3, reason: 'maintenance' }));
  const later = viewOf(store);
  await later.refresh();
  expect(later.current()).toEqual({ haltVersion: 3, halted: true, reason: 'maintenance' });
});

test('passes over the other commands', () => {
  const command: OrchestratorCommand = { type: 'advance', sessionId: 's1', closeTimeMs: 1, ...envelope };
  expect(isHaltOrUnhalt(command)).toBe(false);
  expect(isHaltOrUnhalt(aCommand({ type: 'halt', haltVersion: 1 }))).toBe(true);
});
