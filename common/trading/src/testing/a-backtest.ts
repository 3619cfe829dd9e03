import type { BacktestInput } from '../backtest/run-backtest.js';
import {
  marketsConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
} from '../config/agent-configs.js';
import { orchestratorConfig } from '../config/orchestrator-config.js';
import { strategyConfig } from '../config/strategy-config.js';
import type { DecimalCandle } from '../market/candle.js';
import { simulateCandles } from '../market/simulated-market.js';

/** The first `count` hourly candles of the simulated market from 2024-01-01T00:00Z. */
export function simulatedCandles(symbol: string, count: number, seed = 7): readonly DecimalCandle[] {
  const source = simulateCandles({ seed, symbol, timeframe: '1h', startMs: Date.UTC(2024, 0, 1) });
  return Array.from({ length: count }, () => source.next().value);
}

/** Momentum over 20 candles of BTC-USDT, default settings, 1000 in cash; give `series` to trade something. */
export function aBacktest(fields: Partial<BacktestInput> = {}): BacktestInput {
  return {
    series: [],
    timeframe: '1h',
    strategy: strategyConfig.parse({
      name: 'momentum',
      symbols: ['BTC-USDT', 'ETH-USDT'],
      lookback: 20,
      entry_threshold: 1,
      exit_threshold: 0,
    }),
    markets: marketsConfig.parse({
      markets: [
        { symbol: 'BTC-USDT', tick_size: '0.01', lot_size: '0.00001', min_notional: '5' },
        { symbol: 'ETH-USDT', tick_size: '0.01', lot_size: '0.0001', min_notional: '5' },
      ],
    }),
    orchestrator: orchestratorConfig.parse({}),
    risk: riskManagerConfig.parse({}),
    portfolio: portfolioManagerConfig.parse({}),
    executor: tradeExecutorConfig.parse({}),
    startEquityQuote: '1000',
    ...fields,
  };
}
