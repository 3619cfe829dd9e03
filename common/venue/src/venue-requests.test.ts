import { TransientError } from '@octant/platform/errors/errors';
import type { BudgetFeedback, BudgetRequest } from '@octant/platform/rate-budget/rate-budget';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { orderRequestOf } from './order-request.js';
import { openVenueRequests, type VenueRequest } from './venue-requests.js';

const weights = { markets: 20, order: 1, cancel: 2, query: 4, history: 20 };

/** A client whose answers have these headers, and a budget that remembers; `away` throws what it is asked for. */
function aVenue(options: { headers?: unknown; status?: number; away?: Error } = {}) {
  const taken: (readonly [string, BudgetRequest])[] = [];
  const told: BudgetFeedback[] = [];
  const budget = (name: string) => ({
    take: (request: BudgetRequest) => {
      if (options.away !== undefined) return Promise.reject(options.away);
      taken.push([name, request]);
      return Promise.resolve();
    },
    feedBack: (feedback: BudgetFeedback) => Promise.resolve(void told.push(feedback)),
  });
  const client = {
    fetch: () => Promise.resolve(undefined),
    onRestResponse: (...[, , , , , body]: readonly [number, string, string, string, unknown, string]) => body,
  };
  const ask = openVenueRequests({
    client,
    judge: () => undefined,
    limits: { requests: budget('requests'), orders: budget('orders'), weights },
    logger: pino({ level: 'silent' }),
    now: () => 0,
  });
  const send = async (fail?: Error) => {
    await client.fetch();
    client.onRestResponse(options.status ?? 200, '', '', '', options.headers, '{}');
    if (fail !== undefined) throw fail;
    return 'answer';
  };
  return { taken, told, run: (request: VenueRequest, fail?: Error) => ask(request, () => send(fail)) };
}

test('a request takes its weight, an order its number as well, and the headers correct the budget', async () => {
  const { run, taken, told } = aVenue({ headers: { 'x-mbx-used-weight-1m': '37' } });
  expect(await run({ weight: 'order', priority: 'entry', orders: 1, maxWaitMs: 5_000 })).toBe('answer');
  const shared = { priority: 2, maxWaitMs: 5_000, signal: undefined };
  expect(taken).toEqual([
    ['requests', { ...shared, weight: 1 }],
    ['orders', { ...shared, weight: 1 }],
  ]);
  expect(told).toEqual([{ usedWeight: 37, retryAfterMs: undefined }]);
});

test('a ban closes the budget, and what was asked was not done', async () => {
  const { run, told } = aVenue({ status: 429, headers: { 'retry-after': '7' } });
  await expect(run({ weight: 'query', priority: 'stop' }, new Error('too many'))).rejects.toMatchObject({
    failure: { kind: 'not_done', retryAfterMs: 7_000 },
  });
  expect(told).toEqual([{ usedWeight: undefined, retryAfterMs: 7_000 }]);
});

test('what the budget does not give is not done; a cancellation goes without Redis, and not beyond the budget', async () => {
  const redis = new TransientError('redis is away', { code: 'redis_unavailable' });
  const spent = new TransientError('spent', { code: 'rate_budget_exhausted', retryAfterMs: 900 });
  const cancel: VenueRequest = { weight: 'cancel', priority: 'cancel' };
  await expect(aVenue({ away: redis }).run({ weight: 'order', priority: 'stop' })).rejects.toMatchObject({
    failure: { kind: 'not_done' },
  });
  expect(await aVenue({ away: redis }).run(cancel)).toBe('answer');
  await expect(aVenue({ away: spent }).run(cancel)).rejects.toMatchObject({
    failure: { kind: 'not_done', retryAfterMs: 900 },
  });
});

test('a sale and a stop go before a purchase', () => {
  expect(orderRequestOf({ side: 'buy', kind: { type: 'market' } }).priority).toBe('entry');
  expect(orderRequestOf({ side: 'sell', kind: { type: 'market' } }).priority).toBe('stop');
  expect(orderRequestOf({ side: 'buy', kind: { type: 'stop_loss', stopPrice: '1' } }).priority).toBe('stop');
  expect(orderRequestOf({ side: 'sell', kind: { type: 'oco', price: '2', stopPrice: '1' } }).orders).toBe(2);
});
