import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RateBudgetObserver } from './rate-budget.js';

/** Exports what budgets tell: weight by priority, waits, refusals, closings and the level last seen. */
export function rateBudgetMetrics(registry: Registry): RateBudgetObserver {
  const registers = [registry];
  const weight = new Counter({
    name: 'rate_budget_weight_total',
    help: 'Weight that was taken.',
    labelNames: ['budget', 'priority'],
    registers,
  });
  const waits = new Histogram({
    name: 'rate_budget_wait_seconds',
    help: 'Time from the request to the grant.',
    labelNames: ['budget', 'priority'],
    buckets: [0.005, 0.05, 0.25, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const refused = new Counter({
    name: 'rate_budget_refused_total',
    help: 'Requests that would have waited too long.',
    labelNames: ['budget', 'priority'],
    registers,
  });
  const closed = new Counter({
    name: 'rate_budget_closed_seconds_total',
    help: 'Time for which the other side wanted no request.',
    labelNames: ['budget'],
    registers,
  });
  const tokens = new Gauge({
    name: 'rate_budget_tokens',
    help: 'Weight that was there when it was last looked at.',
    labelNames: ['budget'],
    registers,
  });
  const used = new Gauge({
    name: 'exchange_rate_limit_used_ratio',
    help: 'Share of the weight of a minute that was used when it was last looked at: 1 is all of it.',
    labelNames: ['budget'],
    registers,
  });
  return {
    onTaken: ({ budget, priority, weight: taken, waitedSeconds }) => {
      weight.inc({ budget, priority }, taken);
      waits.observe({ budget, priority }, waitedSeconds);
    },
    onRefused: ({ budget, priority }) => {
      refused.inc({ budget, priority });
    },
    onClosed: ({ budget, seconds }) => {
      closed.inc({ budget }, seconds);
    },
    onLevel: ({ budget, tokens: level, perMinute }) => {
      tokens.set({ budget }, level);
      used.set({ budget }, Math.min(1, Math.max(0, 1 - level / perMinute)));
    },
  };
}
