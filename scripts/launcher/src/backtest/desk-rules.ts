import { readConfig } from '@octant/platform/config/read-config';
import type { BacktestInput } from '@octant/trading/backtest/run-backtest';
import {
  marketsConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
} from '@octant/trading/config/agent-configs';
import { asInputError } from '../desk/desk-config.js';

/** What the agents decide by, from their files. */
export type DeskSettings = Pick<BacktestInput, 'markets' | 'risk' | 'portfolio' | 'executor'>;

/** What the command line changes of them. */
export interface CostOverrides {
  readonly feesBps?: number | undefined;
  readonly slippageBps?: number | undefined;
}

/** Reads the agents' part of the configuration. @throws InputError with every problem of every file. */
export function readDeskSettings(folder: string, overrides: CostOverrides): DeskSettings {
  try {
    const { config } = readConfig(
      {
        parse: (reader): DeskSettings => ({
          markets: reader.file('markets.yaml', marketsConfig),
          risk: reader.file('agents/risk-manager.yaml', riskManagerConfig),
          portfolio: reader.file('agents/portfolio-manager.yaml', portfolioManagerConfig),
          executor: reader.file('agents/trade-executor.yaml', tradeExecutorConfig),
        }),
      },
      folder,
    );
    return { ...config, executor: withCosts(config.executor, overrides) };
  } catch (error) {
    throw asInputError(error);
  }
}

function withCosts(
  executor: DeskSettings['executor'],
  { feesBps, slippageBps }: CostOverrides,
): DeskSettings['executor'] {
  const paper = {
    ...executor.paper,
    ...(feesBps === undefined ? {} : { fees_bps: feesBps }),
    ...(slippageBps === undefined ? {} : { slippage_bps: slippageBps }),
  };
  return { ...executor, paper };
}
