import { aRiskRequest } from '@octant/trading/testing/a-risk-request';
import { expect, test } from 'vitest';
import type { Verdict } from './verdict.js';
import { VerdictMemory } from './verdict-memory.js';

const approved: Verdict = { ok: true, riskScore: 0.1, haltVersion: 1 };

test('forgets the oldest verdict above its capacity', () => {
  const memory = new VerdictMemory(2);
  for (const requestId of ['a', 'b', 'c']) memory.put(aRiskRequest({ requestId }), approved);
  expect(memory.find(aRiskRequest({ requestId: 'a' }), 1)).toBeUndefined();
  expect(memory.find(aRiskRequest({ requestId: 'b' }), 1)).toEqual(approved);
});

test('tells an id that stood for another order', () => {
  const memory = new VerdictMemory();
  memory.put(aRiskRequest(), approved);
  expect(memory.find(aRiskRequest({ side: 'sell' }), 1)).toBe('other');
});

test('a verdict ends with the halt state it was made in', () => {
  const memory = new VerdictMemory();
  memory.put(aRiskRequest(), approved);
  expect(memory.find(aRiskRequest(), 2)).toBeUndefined();
});
