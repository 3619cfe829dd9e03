import type { Operation, Operations } from '@octant/platform/http/operation';
import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { parametersOf } from '@octant/trading/strategies/registry';
import type { Recommendation, RunStore } from '../adapters/run-store.js';
import type { Settings } from '../config.js';
import { getStrategyConfig } from '../jobs/plan-job.js';

export interface ParameterRoutePorts {
  readonly runs: Pick<RunStore, 'listRecommendations'>;
  readonly settings: () => Settings;
}

export function parameterOperations(ports: ParameterRoutePorts): Operations {
  return { getParameters: getParameters(ports) };
}

function getParameters({ runs, settings }: ParameterRoutePorts): Operation {
  return async ({ query }) => {
    const { strategy } = query as { strategy?: string };
    const now = settings();
    const shown = strategy === undefined ? [...now.strategies.values()] : [getStrategyConfig(now, strategy)];
    const recommendations = await runs.listRecommendations();
    return { status: 200, body: { strategies: shown.map((one) => viewOf(one, recommendations)) } };
  };
}

function viewOf(strategy: StrategyConfig, recommendations: readonly Recommendation[]) {
  const { name } = strategy;
  const latest = recommendations.find((one) => one.strategy === name);
  return {
    strategy: name,
    applied: parametersOf(strategy),
    recommendation: latest === undefined ? null : recommendationView(latest),
  };
}

function recommendationView({ version, jobId, parameters, approval, outcome, createdAt }: Recommendation) {
  return { version, jobId, parameters, approval, outcome: outcome ?? null, createdAt };
}
