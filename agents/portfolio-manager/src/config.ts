import { ConfigError } from '@octant/platform/config/config-error';
import type { ConfigReader } from '@octant/platform/config/config-spec';
import {
  marketsConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
} from '@octant/trading/config/agent-configs';
import { orchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { strategyConfig } from '@octant/trading/config/strategy-config';
import { fillRulesOf } from '@octant/trading/exchange/fill-rules';
import { instrumentsOf, type Instrument } from '@octant/trading/market/instrument';
import { resolveSymbol } from '@octant/trading/market/symbol';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import type { RiskProfile, SizeInput } from '@octant/trading/portfolio/size-order';

export interface PortfolioSettings {
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly limits: SizeInput['limits'];
  readonly cashBufferRatio: number;
  readonly feesBps: number;
  /** Risk profile by strategy name. */
  readonly riskProfiles: ReadonlyMap<string, RiskProfile>;
  /** Target share of equity by canonical symbol, in the file's order. */
  readonly targets: Readonly<Record<string, number>>;
  readonly thresholdRatio: number;
  /** What the desk's account opens with, once. */
  readonly startEquityQuote: string;
}

const FILE = 'agents/portfolio-manager.yaml';

/** The portfolio manager's slice of the configuration; per cent become ratios here. */
export const portfolioSettings = {
  parse(reader: ConfigReader): PortfolioSettings {
    const portfolio = reader.file(FILE, portfolioManagerConfig);
    const { limits } = reader.file('agents/risk-manager.yaml', riskManagerConfig);
    const executor = reader.file('agents/trade-executor.yaml', tradeExecutorConfig);
    const desk = reader.file('orchestrator.yaml', orchestratorConfig);
    const strategies = reader.folder('strategies', strategyConfig);
    const instruments = instrumentsOf(reader.file('markets.yaml', marketsConfig));
    return {
      instruments,
      limits: {
        maxOrderQuote: plain(limits.max_order_usd),
        maxPositionQuote: plain(limits.max_position_usd),
      },
      cashBufferRatio: portfolio.sizing.cash_buffer_pct / 100,
      feesBps: fillRulesOf(executor.paper).takerFeesBps,
      riskProfiles: new Map(strategies.map(({ value }) => [value.name, value.risk_profile])),
      targets: targetsOf(portfolio.targets, [...instruments.keys()]),
      thresholdRatio: portfolio.rebalance.threshold_pct / 100,
      startEquityQuote: plain(desk.start_equity),
    };
  },
};

function plain(value: number): string {
  return formatDecimal(Decimal.of(value));
}

function targetsOf(percentages: Readonly<Record<string, number>>, markets: readonly string[]): Record<string, number> {
  const targets: Record<string, number> = {};
  let whole = Decimal.of(0);
  for (const [text, percentage] of Object.entries(percentages)) {
    targets[targetSymbol(text, markets)] = percentage / 100;
    whole = whole.plus(percentage);
  }
  if (whole.lte(100)) return targets;
  throw new ConfigError([
    `config/${FILE}: targets: expected at most 100 per cent together, was ${formatDecimal(whole)}`,
  ]);
}

function targetSymbol(text: string, markets: readonly string[]): string {
  try {
    return resolveSymbol(text, markets);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`config/${FILE}: targets: ${found}`], { cause: error });
  }
}
