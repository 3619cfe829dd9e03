import { ConfigError } from '@octant/platform/config/config-error';
import type { ConfigReader, ConfigSpec } from '@octant/platform/config/config-spec';
import {
  marketsConfig,
  parameterOptimizerConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
  type MarketsConfig,
  type ParameterOptimizerConfig,
  type PortfolioManagerConfig,
  type RiskManagerConfig,
  type TradeExecutorConfig,
} from '@octant/trading/config/agent-configs';
import { orchestratorConfig, type OrchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { strategiesByName } from '@octant/trading/config/strategies-by-name';
import { strategyConfig, type StrategyConfig } from '@octant/trading/config/strategy-config';

/** The optimizer's own settings, and those of the desk that its backtests trade like. */
export interface Settings {
  readonly optimizer: ParameterOptimizerConfig;
  readonly markets: MarketsConfig;
  readonly orchestrator: OrchestratorConfig;
  readonly risk: RiskManagerConfig;
  readonly portfolio: PortfolioManagerConfig;
  readonly executor: TradeExecutorConfig;
  /** By `name`. */
  readonly strategies: ReadonlyMap<string, StrategyConfig>;
}

export const config: ConfigSpec<Settings> = {
  parse: (reader) => ({
    optimizer: reader.file('agents/parameter-optimizer.yaml', parameterOptimizerConfig),
    markets: reader.file('markets.yaml', marketsConfig),
    orchestrator: reader.file('orchestrator.yaml', orchestratorConfig),
    risk: reader.file('agents/risk-manager.yaml', riskManagerConfig),
    portfolio: reader.file('agents/portfolio-manager.yaml', portfolioManagerConfig),
    executor: reader.file('agents/trade-executor.yaml', tradeExecutorConfig),
    strategies: readStrategies(reader),
  }),
};

function readStrategies(reader: ConfigReader): ReadonlyMap<string, StrategyConfig> {
  const files = reader.folder('strategies', strategyConfig);
  return strategiesByName(files, (problem) => new ConfigError([`config/${problem}`]));
}
