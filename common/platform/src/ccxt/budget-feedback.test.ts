import { expect, test } from 'vitest';
import { budgetFeedbackOf } from './budget-feedback.js';

test('headers tell the used weight and how long to wait, in any case', () => {
  expect(budgetFeedbackOf({ 'X-Mbx-Used-Weight-1m': '37', 'Retry-After': '7' }, false)).toEqual({
    usedWeight: 37,
    retryAfterMs: 7_000,
  });
});

test('too many requests without a word of how long is ten seconds; nothing said is nothing', () => {
  expect(budgetFeedbackOf({}, true)).toEqual({ retryAfterMs: 10_000, usedWeight: undefined });
  for (const headers of [undefined, null, 'text', {}, { 'retry-after': 'Thu, 26 Nov 2026 20:00:00 GMT' }]) {
    expect(budgetFeedbackOf(headers, false)).toBeUndefined();
  }
});
