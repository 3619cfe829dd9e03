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
  const strategies = new Map<string, StrategyConfig>();
  for (const { file, value } of reader.folder('strategies', strategyConfig)) {
    if (strategies.has(value.name)) {
      throw new ConfigError([`${file}: name: expected each strategy once, was ${value.name} again`]);
    }
    strategies.set(value.name, value);
  }
  return strategies;
}
