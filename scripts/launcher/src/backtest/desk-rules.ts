import { readConfig } from '@octant/platform/config/read-config';
import type { BacktestInput } from '@octant/trading/backtest/run-backtest';
import {
  marketsConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
} from '@octant/trading/config/agent-configs';
import { withCosts, type ConfigOverrides } from '../desk/config-overlay.js';
import { asInputError } from '../desk/desk-config.js';

/** What the agents decide by, from their files. */
export type DeskSettings = Pick<BacktestInput, 'markets' | 'risk' | 'portfolio' | 'executor'>;

/** What the command line changes of them. */
export type CostOverrides = Pick<ConfigOverrides, 'feesBps' | 'slippageBps'>;

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
    const paper = withCosts(config.executor.paper, overrides);
    return { ...config, executor: tradeExecutorConfig.parse({ ...config.executor, paper }) };
  } catch (error) {
    throw asInputError(error);
  }
}
