import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { rateBudgetMetrics } from './rate-budget-metrics.js';

it('tells the used share of a budget from its level, never below 0 or above 1', async () => {
  const registry = new Registry();
  const observer = rateBudgetMetrics(registry);
  const used = async (tokens: number) => {
    observer.onLevel({ budget: 'venue', tokens, perMinute: 60 });
    const metric = await registry.getSingleMetric('exchange_rate_limit_used_ratio')?.get();
    return metric?.values;
  };
  expect(await used(45)).toEqual([{ labels: { budget: 'venue' }, value: 0.25 }]);
  expect(await used(-6)).toEqual([{ labels: { budget: 'venue' }, value: 1 }]);
  expect(await used(61)).toEqual([{ labels: { budget: 'venue' }, value: 0 }]);
});
