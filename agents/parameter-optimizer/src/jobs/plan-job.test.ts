import {
  marketsConfig,
  parameterOptimizerConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
} from '@octant/trading/config/agent-configs';
import { orchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { strategyConfig } from '@octant/trading/config/strategy-config';
import { expect, test } from 'vitest';
import type { Settings } from '../config.js';
import { planJob } from './plan-job.js';

const momentum = {
  name: 'momentum',
  symbols: ['BTC-USD'],
  lookback: 20,
  entry_threshold: 1,
  exit_threshold: 0,
};
const settings: Settings = {
  optimizer: parameterOptimizerConfig.parse({}),
  markets: marketsConfig.parse({
    markets: [{ symbol: 'BTC-USD', tick_size: '0.01', lot_size: '0.00001', min_notional: '1' }],
  }),
  orchestrator: orchestratorConfig.parse({}),
  risk: riskManagerConfig.parse({}),
  portfolio: portfolioManagerConfig.parse({}),
  executor: tradeExecutorConfig.parse({}),
  strategies: new Map([
    ['momentum', strategyConfig.parse({ ...momentum, search_space: { lookback: { min: 10, max: 20, step: 5 } } })],
    ['fixed', strategyConfig.parse({ ...momentum, name: 'fixed', kind: 'momentum' })],
  ]),
};
const request = { requestId: 'r', traceId: 't' };

test("what a request leaves out is the desk's own, and the job's id follows from the request's", () => {
  const plan = planJob(request, settings);
  expect(plan).toEqual({
    ...request,
    jobId: expect.stringMatching(/^opt-[0-9a-f]{20}$/) as unknown,
    strategy: 'momentum',
    symbols: ['BTC-USD'],
    source: 'simulator',
    timeframe: '1h',
    window: undefined,
    reason: 'manual',
  });
  expect(planJob({ ...request, reason: 'other' }, settings).jobId).toBe(plan.jobId);
  expect(planJob({ ...request, requestId: 'r2' }, settings).jobId).not.toBe(plan.jobId);
});

test('symbols are resolved, and each is searched once', () => {
  expect(planJob({ ...request, symbols: ['BTCUSD', 'btc/usd'] }, settings).symbols).toEqual(['BTC-USD']);
});

test.each([
  [{ strategy: 'moonshot' }, 'strategy: expected one of momentum, fixed, was moonshot'],
  [{ strategy: 'fixed' }, 'strategy fixed: expected a search_space in its YAML, was none'],
  [{ symbols: ['BTC-EUR'] }, 'symbols: expected a listed symbol, was "BTC-EUR"; the nearest is BTC-USD'],
  [
    { window: { from: '2024-01-02T00:00:00Z', to: '2024-01-01T00:00:00Z' } },
    'window: expected from before to, was 2024-01-02T00:00:00Z to 2024-01-01T00:00:00Z',
  ],
])('refuses %o', (fields, message) => {
  expect(() => planJob({ ...request, ...fields }, settings)).toThrow(message);
});
