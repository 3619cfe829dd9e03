import { ConfigError } from '@octant/platform/config/config-error';
import type { ConfigReader } from '@octant/platform/config/config-spec';
import { riskManagerConfig, marketsConfig } from '@octant/trading/config/agent-configs';
import { datasourceConfig } from '@octant/trading/config/datasource-config';
import { dayLimitsOf } from '@octant/trading/portfolio/decide-halt';
import { orchestratorConfig, type OrchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { strategiesByName } from '@octant/trading/config/strategies-by-name';
import { strategyConfig, type StrategyConfig } from '@octant/trading/config/strategy-config';

export interface OrchestratorSettings {
  readonly desk: OrchestratorConfig;
  /** Canonical symbols of config/markets.yaml. */
  readonly markets: readonly string[];
  readonly strategies: ReadonlyMap<string, StrategyConfig>;
  /** File names of config/datasources without `.yaml`, and the exchange behind each. */
  readonly datasources: ReadonlyMap<string, string>;
  readonly dailyTargetRatio: number;
  readonly dailyLossLimitRatio: number;
}

/** The orchestrator's slice of the configuration; per cent become ratios here. */
export const orchestratorSettings = {
  parse(reader: ConfigReader): OrchestratorSettings {
    const desk = reader.file('orchestrator.yaml', orchestratorConfig);
    const risk = reader.file('agents/risk-manager.yaml', riskManagerConfig);
    const markets = reader.file('markets.yaml', marketsConfig);
    const datasources = reader.folder('datasources', datasourceConfig);
    return {
      desk,
      markets: markets.markets.map((market) => market.symbol),
      strategies: readStrategies(reader),
      datasources: new Map(datasources.map(({ file, value }) => [baseName(file), value.exchange])),
      ...dayLimitsOf({ daily_target_pct: desk.daily_target_pct, max_daily_loss_pct: risk.limits.max_daily_loss_pct }),
    };
  },
};

function readStrategies(reader: ConfigReader): ReadonlyMap<string, StrategyConfig> {
  const files = reader.folder('strategies', strategyConfig);
  return strategiesByName(files, (problem) => new ConfigError([`config/${problem}`]));
}

function baseName(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
}
