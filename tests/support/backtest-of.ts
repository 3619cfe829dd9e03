import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import type { Report } from '@octant/trading/backtest/report';
import { runBacktest } from '@octant/trading/backtest/run-backtest';
import {
  marketsConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
} from '@octant/trading/config/agent-configs';
import { orchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { strategiesByName } from '@octant/trading/config/strategies-by-name';
import { strategyConfig, type StrategyConfig } from '@octant/trading/config/strategy-config';
import type { ReplayRequest } from './test-fleet.js';

const configFolder = fileURLToPath(new URL('../../config', import.meta.url));

/** The backtest with the repository's configuration; `config` replaces files of it, as for a fleet. */
export function backtestOf(request: ReplayRequest, config: Readonly<Record<string, string>> = {}): Report {
  const yaml = (file: string): unknown => load(config[file] ?? readFileSync(`${configFolder}/${file}`, 'utf8'));
  const orchestrator = orchestratorConfig.parse(yaml('orchestrator.yaml'));
  return runBacktest({
    series: request.series,
    timeframe: request.timeframe,
    strategy: strategyNamed(request.strategy, yaml),
    markets: marketsConfig.parse(yaml('markets.yaml')),
    orchestrator,
    risk: riskManagerConfig.parse(yaml('agents/risk-manager.yaml')),
    portfolio: portfolioManagerConfig.parse(yaml('agents/portfolio-manager.yaml')),
    executor: tradeExecutorConfig.parse(yaml('agents/trade-executor.yaml')),
    startEquityQuote: String(orchestrator.start_equity),
  });
}

/** The strategy with its members' files in it, where it has some. */
function strategyNamed(name: string, yaml: (file: string) => unknown): StrategyConfig {
  const read = (other: string) => ({ file: other, value: strategyConfig.parse(yaml(`strategies/${other}.yaml`)) });
  const files = new Map([[name, read(name)]]);
  for (const { value } of files.values()) {
    for (const { strategy } of value.members ?? []) if (!files.has(strategy)) files.set(strategy, read(strategy));
  }
  return strategiesByName([...files.values()]).get(name) ?? read(name).value;
}

/** A report without what depends on the run: wall time and answered redeliveries. */
export function comparable(report: Report): Omit<Report, 'wallMs' | 'duplicatesSuppressed'> {
  const { wallMs: _wall, duplicatesSuppressed: _suppressed, ...rest } = report;
  return rest;
}
