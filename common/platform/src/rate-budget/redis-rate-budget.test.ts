import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../time/virtual-clock.js';
import type { BudgetPriority, RateBudgetObserver } from './rate-budget.js';
import { RedisRateBudget } from './redis-rate-budget.js';

const silent: RateBudgetObserver = {
  onTaken: () => undefined,
  onRefused: () => undefined,
  onClosed: () => undefined,
  onLevel: () => undefined,
};

/** A budget of 60 a minute, one a second, whose scripts run on a level in memory. */
function aBudget(level: number) {
  const clock = new VirtualClock(0);
  let atMs = 0;
  let tokens = level;
  const asked: number[] = [];
  const scripts = {
    take: (_key: string, [capacity = 0, weight = 0, reserve = 0]: readonly number[]) => {
      tokens = Math.min(capacity, tokens + ((clock.now() - atMs) * capacity) / 60_000);
      atMs = clock.now();
      asked.push(weight);
      const waitMs = Math.ceil(((reserve + weight - tokens) * 60_000) / capacity);
      if (waitMs > 0) return Promise.resolve([0, waitMs, String(tokens)]);
      tokens -= weight;
      return Promise.resolve([1, 0, String(tokens)]);
    },
    feedBack: () => Promise.resolve('0'),
  };
  const budget = new RedisRateBudget({
    name: 'venue',
    key: 'k',
    weightPerMinute: 60,
    scripts,
    clock,
    observer: silent,
  });
  return { budget, clock, asked };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

async function pass(clock: VirtualClock, ms: number): Promise<void> {
  await settle();
  for (let done = 0; done < ms; done += 250) {
    await clock.advance(250);
    await settle();
  }
}

/** The millisecond at which a request was granted, or the code of its refusal. */
function outcomeOf(clock: VirtualClock, request: Promise<void>) {
  const outcome: { at?: number; code?: unknown } = {};
  request.then(
    () => {
      outcome.at = clock.now();
    },
    (error: unknown) => {
      outcome.code = (error as { code?: unknown }).code;
    },
  );
  return outcome;
}

const aRequest = (priority: BudgetPriority, weight = 1, maxWaitMs = 60_000) => ({ priority, weight, maxWaitMs });

describe('a rate budget', () => {
  it('keeps its reserve from the lower priorities', async () => {
    const { budget, clock } = aBudget(15);
    const outcomes = ([3, 2, 1, 0] as const).map((priority) => outcomeOf(clock, budget.take(aRequest(priority, 2, 0))));
    await settle();
    expect(outcomes.map(({ at, code }) => at ?? code)).toEqual([
      'rate_budget_exhausted',
      'rate_budget_exhausted',
      0,
      0,
    ]);
  });

  it('serves requests of a priority in their order, a heavy one too', async () => {
    const { budget, clock, asked } = aBudget(30);
    const heavy = outcomeOf(clock, budget.take(aRequest(3, 5)));
    const light = outcomeOf(clock, budget.take(aRequest(3, 1)));
    await pass(clock, 8_000);
    expect([heavy.at, light.at]).toEqual([5_000, 6_000]);
    expect(asked.lastIndexOf(5)).toBeLessThan(asked.indexOf(1));
  });

  it('lets the lowest priority count as the next one after ten seconds, so that it does not starve', async () => {
    const { budget, clock } = aBudget(16);
    const data = outcomeOf(clock, budget.take(aRequest(3, 1)));
    await pass(clock, 11_000);
    expect(data.at).toBe(10_000);
  });

  it('does not let one that gave up hold the ones behind it', async () => {
    const { budget, clock } = aBudget(0);
    const giveUp = new AbortController();
    const first = outcomeOf(clock, budget.take({ ...aRequest(0, 60), signal: giveUp.signal }));
    const second = outcomeOf(clock, budget.take(aRequest(0, 1)));
    const third = outcomeOf(clock, budget.take(aRequest(0, 1, 500)));
    await pass(clock, 1_000);
    giveUp.abort();
    await pass(clock, 500);
    expect([first.code, second.at, third.code]).toEqual(['rate_budget_aborted', 1_000, 'rate_budget_exhausted']);
  });

  it('refuses what it can never give', async () => {
    const { budget } = aBudget(60);
    await expect(budget.take(aRequest(3, 31))).rejects.toMatchObject({ code: 'weight_above_budget' });
    await expect(budget.take(aRequest(0, 0))).rejects.toThrow(
      'weight of a request to venue: expected above 0 and at most 60 at priority 0, was 0',
    );
  });
});
