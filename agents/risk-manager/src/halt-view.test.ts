import { expect, test } from 'vitest';
import type { HaltState } from './halt-state.js';
import { HaltView } from './halt-view.js';
import { MemoryHalts } from './testing/fakes.js';

const halted: HaltState = { haltVersion: 2, halted: true, reason: 'maintenance' };

test('knows no halt before the first', () => {
  expect(new HaltView(new MemoryHalts(), () => undefined).current()).toEqual({
    haltVersion: 0,
    halted: false,
    reason: null,
  });
});

test('reads the store when a request knows of a later halt', async () => {
  const store = new MemoryHalts();
  const halts = new HaltView(store, () => undefined);
  store.kept = halted;
  expect(await halts.knowing(2)).toEqual(halted);
});

test('is behind while neither memory nor store has the halt', async () => {
  const halts = new HaltView(new MemoryHalts(), () => undefined);
  await expect(halts.knowing(3)).rejects.toMatchObject({
    name: 'TransientError',
    code: 'behind',
    status: 409,
    message: 'haltVersion: expected at most 0, the last halt or unhalt known here, was 3',
  });
});

test('an older state does not replace a newer one', () => {
  const seen: HaltState[] = [];
  const halts = new HaltView(new MemoryHalts(), (state) => seen.push(state));
  halts.learn(halted);
  halts.learn({ haltVersion: 1, halted: false, reason: null });
  expect(halts.current()).toEqual(halted);
  expect(seen).toEqual([{ haltVersion: 0, halted: false, reason: null }, halted]);
});
