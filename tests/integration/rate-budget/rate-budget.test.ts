import fc from 'fast-check';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, expect, test } from 'vitest';
import { openRateBudgets } from '@octant/platform/rate-budget/open-rate-budgets';
import { BUDGET_RESERVE_RATIO, type BudgetPriority, type RateBudget } from '@octant/platform/rate-budget/rate-budget';
import { rateBudgetMetrics } from '@octant/platform/rate-budget/rate-budget-metrics';
import { systemClock } from '@octant/platform/time/system-clock';
import { freshDesk } from '../../support/test-servers.js';

const desk = freshDesk('rate_budget');
const registries = [new Registry(), new Registry()];
/** As two processes would have them: connections and lines of their own. */
const [here, there] = registries.map((registry) =>
  openRateBudgets({
    redisUrl: desk.redisUrl,
    prefix: desk.prefix,
    logger: pino({ level: 'silent' }),
    clock: systemClock,
    observer: rateBudgetMetrics(registry),
  }),
);
let names = 0;

afterAll(async () => {
  here?.close();
  there?.close();
  await desk.drop();
});

function bothOf(weightPerMinute: number, name = `venue-${String((names += 1))}`): readonly [RateBudget, RateBudget] {
  if (here === undefined || there === undefined) throw new Error('expected two sets of budgets');
  return [here.open(name, weightPerMinute), there.open(name, weightPerMinute)];
}

const isGranted = (budget: RateBudget, priority: BudgetPriority, weight: number) =>
  budget.take({ priority, weight, maxWaitMs: 0 }).then(
    () => true,
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'rate_budget_exhausted' });
      return false;
    },
  );

const step = fc.oneof(
  fc.record({
    kind: fc.constant('take' as const),
    who: fc.constantFrom(0 as const, 1 as const),
    priority: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
    weight: fc.integer({ min: 1, max: 30 }),
  }),
  fc.record({ kind: fc.constant('used' as const), usedWeight: fc.integer({ min: 0, max: 150 }) }),
);

test('two processes take from one level, as the model says, whatever they do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const budgets = bothOf(60);
      // The level is known within what the time that passed refills: one token a second.
      let [least, most, atMs] = [30, 30, performance.now()];
      const refill = () => {
        const nowMs = performance.now();
        [most, atMs] = [Math.min(60, most + (nowMs - atMs + 2) / 1000), nowMs];
      };
      for (const one of steps) {
        if (one.kind === 'used') {
          await budgets[0].feedBack({ usedWeight: one.usedWeight });
          const said = Math.max(-60, 60 - one.usedWeight);
          [least, most] = [Math.min(least, said), Math.min(most, said)];
          refill();
          continue;
        }
        const granted = await isGranted(budgets[one.who], one.priority, one.weight);
        refill();
        const needed = one.weight + 60 * BUDGET_RESERVE_RATIO[one.priority];
        if (granted) expect(most).toBeGreaterThanOrEqual(needed - 0.001);
        else expect(least).toBeLessThan(needed);
        if (granted) [least, most] = [Math.max(least, needed) - one.weight, most - one.weight];
        else most = Math.min(most, needed);
      }
    }),
    { numRuns: 40 },
  );
});

test('a lower priority leaves what is kept back for the higher ones', async () => {
  const [budget, other] = bothOf(60);
  // A budget that is new, or whose Redis was emptied, begins half full: data waits, orders pass.
  expect(await isGranted(budget, 3, 1)).toBe(false);
  expect(await isGranted(other, 2, 15)).toBe(true);
  expect(await isGranted(budget, 2, 1)).toBe(false);
  expect(await isGranted(budget, 1, 9)).toBe(true);
  expect(await isGranted(other, 1, 1)).toBe(false);
  expect(await isGranted(other, 0, 6)).toBe(true);
  expect(await isGranted(budget, 0, 1)).toBe(false);
});

test('a wait ends when the refill has come', async () => {
  const [budget, other] = bothOf(60_000);
  expect(await isGranted(other, 2, 15_000)).toBe(true);
  const startedMs = performance.now();
  await budget.take({ priority: 2, weight: 100, maxWaitMs: 5_000 });
  expect(performance.now() - startedMs).toBeGreaterThan(50);
});

test('the other side closes the budget for everybody, and lowers its level', async () => {
  const [budget, other] = bothOf(600);
  await budget.feedBack({ retryAfterMs: 300 });
  await expect(other.take({ priority: 0, weight: 1, maxWaitMs: 0 })).rejects.toMatchObject({
    code: 'rate_budget_exhausted',
  });
  await other.take({ priority: 0, weight: 1, maxWaitMs: 2_000 });
  await other.feedBack({ usedWeight: 600 });
  expect(await isGranted(budget, 0, 50)).toBe(false);
  const said = (await Promise.all(registries.map((registry) => registry.metrics()))).join('\n');
  expect(said).toMatch(/rate_budget_closed_seconds_total\{budget="venue-\d+"\} 0\.3/);
  expect(said).toMatch(/rate_budget_weight_total\{budget="venue-\d+",priority="0"\} 1/);
});

test('a flush makes the budget half full again', async () => {
  const [budget] = bothOf(60, 'flushed');
  expect(await isGranted(budget, 0, 30)).toBe(true);
  expect(await isGranted(budget, 0, 5)).toBe(false);
  await desk.redis.del(`${desk.prefix}~budget:flushed`);
  expect(await isGranted(budget, 0, 30)).toBe(true);
});
