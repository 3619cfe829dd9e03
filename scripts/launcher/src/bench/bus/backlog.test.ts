import { expect, test } from 'vitest';
import { Backlog } from './backlog.js';
import { numberText, padOf } from './payload.js';

test('the backlog lasts for the run and for the start before it, with something to spare', () => {
  const backlog = new Backlog();
  backlog.learn('raw', 1_000);
  expect(backlog.size('raw', 9)).toBe(14_000);
});

test('a backlog that ran out is twice as long the next time, for that case alone', () => {
  const backlog = new Backlog();
  const before = backlog.size('raw', 1);
  backlog.ranOut('raw');
  expect(backlog.size('raw', 1)).toBe(2 * before);
  expect(backlog.size('bus-bare', 1)).toBe(before);
});

test('payloads have exactly the wanted length, whatever their number', () => {
  for (const bytes of [256, 1024]) {
    expect(JSON.stringify({ n: numberText(1_234_567), pad: padOf(bytes) })).toHaveLength(bytes);
  }
});

test('a payload that cannot be so short is refused', () => {
  expect(() => padOf(10)).toThrow('expected a payload of at least 33 bytes, was 10');
});
