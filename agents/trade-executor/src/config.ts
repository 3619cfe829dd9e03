import { ConfigError } from '@octant/platform/config/config-error';
import type { ConfigReader } from '@octant/platform/config/config-spec';
import { marketsConfig, tradeExecutorConfig } from '@octant/trading/config/agent-configs';
import { datasourceConfig, type DatasourceConfig } from '@octant/trading/config/datasource-config';
import { orchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { fillRulesOf, type FillRules } from '@octant/trading/exchange/fill-rules';
import { instrumentsOf, type Instrument } from '@octant/trading/market/instrument';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { liveSettingsOf, type LiveSettings } from './live/live-settings.js';

export interface ExecutorSettings {
  /** `paper`, or the exchange that orders are sent to. */
  readonly exchange: 'paper' | 'binance' | 'kraken';
  readonly live: LiveSettings;
  /** The exchange's file of `config/datasources`: the names of its keys, its limits. None for `paper`. */
  readonly datasource: DatasourceConfig | undefined;
  readonly fillRules: FillRules;
  readonly instruments: ReadonlyMap<string, Instrument>;
  /** What the paper account opens with, once. */
  readonly startEquityQuote: string;
}

function datasourceOf(exchange: string, reader: ConfigReader): DatasourceConfig {
  const files = reader.folder('datasources', datasourceConfig);
  const found = files.find(({ value }) => value.exchange === exchange);
  if (found !== undefined) return found.value;
  throw new ConfigError([
    `config/agents/trade-executor.yaml: exchange: expected a file of config/datasources for ${exchange}, was none`,
  ]);
}

/** The executor's slice of the configuration. */
export const executorSettings = {
  parse(reader: ConfigReader): ExecutorSettings {
    const executor = reader.file('agents/trade-executor.yaml', tradeExecutorConfig);
    const desk = reader.file('orchestrator.yaml', orchestratorConfig);
    return {
      exchange: executor.exchange,
      live: liveSettingsOf(executor.live),
      datasource: executor.exchange === 'paper' ? undefined : datasourceOf(executor.exchange, reader),
      fillRules: fillRulesOf(executor.paper),
      instruments: instrumentsOf(reader.file('markets.yaml', marketsConfig)),
      startEquityQuote: formatDecimal(Decimal.of(desk.start_equity)),
    };
  },
};
