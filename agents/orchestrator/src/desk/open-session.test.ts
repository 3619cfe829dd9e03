import { orchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { strategyConfig } from '@octant/trading/config/strategy-config';
import { describe, expect, it } from 'vitest';
import type { OrchestratorSettings } from '../config.js';
import { sessionSpecOf, type RunRequest } from './open-session.js';

const HOUR_MS = 3_600_000;
const strategies = [
  { name: 'momentum', symbols: ['BTC/USD'], lookback: 20, entry_threshold: 1, exit_threshold: 0 },
  {
    name: 'slow',
    kind: 'rules',
    symbols: ['BTC-USD', 'ETH-USD'],
    indicators: { line: { type: 'sma', window: 100 } },
    entry: 'close > line',
    exit: 'close < line',
  },
].map((document) => strategyConfig.parse(document));
const settings: OrchestratorSettings = {
  desk: orchestratorConfig.parse({ datasource: 'live' }),
  markets: ['BTC-USD', 'ETH-USD'],
  strategies: new Map(strategies.map((strategy) => [strategy.name, strategy])),
  datasources: new Map([['live', 'kraken']]),
  dailyTargetRatio: 0.01,
  dailyLossLimitRatio: 0.02,
};
const specOf = (request: RunRequest) => sessionSpecOf(request, { sessionId: 's', settings, nowMs: 1000 * HOUR_MS });

describe('a session', () => {
  it('trades only what its strategy lists, and says what that is', () => {
    expect(specOf({ symbols: ['btcusd'] }).symbols).toEqual(['BTC-USD']);
    expect(() => specOf({ symbols: ['BTC-USD', 'ETH-USD'] })).toThrow(
      'symbols: expected a symbol that the strategy momentum lists (BTC-USD), was ETH-USD',
    );
    expect(specOf({ symbols: ['BTC-USD', 'ETH-USD'], strategy: 'slow' }).symbols).toEqual(['BTC-USD', 'ETH-USD']);
  });

  it('on live data begins four warm-ups of its strategy ago', () => {
    expect(specOf({}).historyFromMs).toBe((1000 - 4 * 21) * HOUR_MS);
    expect(specOf({ strategy: 'slow' }).historyFromMs).toBe((1000 - 400) * HOUR_MS);
  });
});
