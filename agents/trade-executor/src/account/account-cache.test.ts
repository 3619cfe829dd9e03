import { expect, test } from 'vitest';
import type { ExecAccount } from './account.js';
import { AccountCache } from './account-cache.js';

const at = (revision: number): ExecAccount => ({
  revision,
  startEquityQuote: '1000',
  cashQuote: '1000',
  positions: {},
  lastFillSeq: 0,
  lastFillAtMs: 0,
  halt: { haltVersion: 0, halted: false, reason: null },
  openOrders: [],
  exits: [],
  lastCandles: [],
});

test('a distrusted account is loaded again, a trusted one is not', async () => {
  let loads = 0;
  const cache = new AccountCache(() => Promise.resolve(at((loads += 1))));
  expect((await cache.current()).revision).toBe(1);
  expect((await cache.current()).revision).toBe(1);
  cache.distrust();
  expect(cache.trusted).toBe(false);
  expect((await cache.current()).revision).toBe(2);
});

test('an account that is older than the known one never replaces it', async () => {
  const cache = new AccountCache(() => Promise.resolve(at(5)));
  await cache.current();
  cache.replace(at(4));
  expect(cache.peek()?.revision).toBe(5);
  cache.replace(at(6));
  expect(cache.peek()?.revision).toBe(6);
});
