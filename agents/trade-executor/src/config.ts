import type { ConfigReader } from '@octant/platform/config/config-spec';
import { marketsConfig, tradeExecutorConfig } from '@octant/trading/config/agent-configs';
import { orchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { fillRulesOf, type FillRules } from '@octant/trading/exchange/fill-rules';
import { instrumentsOf, type Instrument } from '@octant/trading/market/instrument';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { liveSettingsOf, type LiveSettings } from './live/live-settings.js';

export interface ExecutorSettings {
  /** `paper`, or the exchange that orders are sent to. */
  readonly exchange: 'paper' | 'binance' | 'kraken';
  readonly live: LiveSettings;
  readonly fillRules: FillRules;
  readonly instruments: ReadonlyMap<string, Instrument>;
  /** What the paper account opens with, once. */
  readonly startEquityQuote: string;
}

/** The executor's slice of the configuration. */
export const executorSettings = {
  parse(reader: ConfigReader): ExecutorSettings {
    const executor = reader.file('agents/trade-executor.yaml', tradeExecutorConfig);
    const desk = reader.file('orchestrator.yaml', orchestratorConfig);
    return {
      exchange: executor.exchange,
      live: liveSettingsOf(executor.live),
      fillRules: fillRulesOf(executor.paper),
      instruments: instrumentsOf(reader.file('markets.yaml', marketsConfig)),
      startEquityQuote: formatDecimal(Decimal.of(desk.start_equity)),
    };
  },
};
