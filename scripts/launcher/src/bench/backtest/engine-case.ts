import { join } from 'node:path';
import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import type { Report } from '@octant/trading/backtest/report';
import { runBacktest } from '@octant/trading/backtest/run-backtest';
import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { readDeskSettings } from '../../backtest/desk-rules.js';
import { readDeskConfig, type DeskConfig } from '../../desk/desk-config.js';
import { BENCH_TIMEFRAME } from './bench-market.js';

/** Runs strategies of the shipped configuration as `npm run backtest` does. */
export class Engine {
  readonly #config: DeskConfig;
  readonly #settings: ReturnType<typeof readDeskSettings>;

  constructor(root: string) {
    const folder = join(root, 'config');
    this.#config = readDeskConfig(folder);
    this.#settings = readDeskSettings(folder, {});
  }

  /** The shipped strategies by their names. */
  get strategies(): readonly StrategyConfig[] {
    return this.#config.strategies;
  }

  run(strategy: StrategyConfig, series: readonly ColumnSeries[]): Report {
    const { orchestrator } = this.#config;
    return runBacktest({
      ...this.#settings,
      series,
      strategy,
      timeframe: BENCH_TIMEFRAME,
      orchestrator,
      startEquityQuote: String(orchestrator.start_equity),
    });
  }
}
