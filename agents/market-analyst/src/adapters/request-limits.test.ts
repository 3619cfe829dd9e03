import type { BudgetFeedback, BudgetRequest } from '@octant/platform/rate-budget/rate-budget';
import { expect, test } from 'vitest';
import { withinLimits } from './request-limits.js';

class RateLimitExceeded extends Error {
  override readonly name = 'RateLimitExceeded';
}

/** A budget that gives everything and remembers what it was told. */
function aClient() {
  const taken: BudgetRequest[] = [];
  const told: BudgetFeedback[] = [];
  const budget = {
    take: (request: BudgetRequest) => Promise.resolve(void taken.push(request)),
    feedBack: (feedback: BudgetFeedback) => Promise.resolve(void told.push(feedback)),
  };
  const client: { last_response_headers: unknown } = { last_response_headers: { 'Retry-After': '99' } };
  const limits = { budget, weights: { candles: 2, markets: 20 } };
  const ask = (headers: unknown, error?: Error) =>
    withinLimits(limits, { kind: 'candles', client }, () => {
      client.last_response_headers = headers;
      return error === undefined ? Promise.resolve('rows') : Promise.reject(error);
    });
  return { ask, taken, told };
}

test('a request takes its weight as data, and the answer corrects the budget', async () => {
  const { ask, taken, told } = aClient();
  expect(await ask({ 'X-Mbx-Used-Weight-1m': '37' })).toBe('rows');
  expect(taken).toEqual([{ weight: 2, priority: 3, maxWaitMs: 60_000, signal: undefined }]);
  expect(told).toEqual([{ usedWeight: 37, retryAfterMs: undefined }]);
});

test('an answer that says too much closes the budget as long as it says, or ten seconds', async () => {
  const { ask, told } = aClient();
  await expect(ask({ 'Retry-After': '7' }, new RateLimitExceeded())).rejects.toThrow();
  await expect(ask({}, new RateLimitExceeded())).rejects.toThrow();
  expect(told.map(({ retryAfterMs }) => retryAfterMs)).toEqual([7_000, 10_000]);
});

test('an answer without a word of it, or none, says nothing', async () => {
  const { ask, told } = aClient();
  await ask({ 'Content-Type': 'application/json' });
  await expect(ask(undefined, new Error('away'))).rejects.toThrow('away');
  expect(told).toEqual([]);
});
