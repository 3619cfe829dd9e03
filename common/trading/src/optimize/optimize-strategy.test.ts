import { describe, expect, it } from 'vitest';
import { runBacktest } from '../backtest/run-backtest.js';
import { strategyConfig } from '../config/strategy-config.js';
import { withParameters } from '../strategies/registry.js';
import { aBacktest, simulatedCandles } from '../testing/a-backtest.js';
import { compareFigures, figuresOf } from './objective.js';
import { optimizeStrategy, type OptimizeInput } from './optimize-strategy.js';

const candles = simulatedCandles('BTC-USDT', 1000);
const base = aBacktest({ series: [{ symbol: 'BTC-USDT', candles }] });
const strategy = {
  ...base.strategy,
  search_space: { lookback: { min: 10, max: 40, step: 10 }, entry_threshold: { min: 0.5, max: 1.5, step: 0.5 } },
};
const anInput = (fields: Partial<OptimizeInput> = {}): OptimizeInput => ({
  backtest: { ...base, strategy },
  maxTrials: 60,
  seed: 7,
  holdoutRatio: 0.3,
  minCandles: 200,
  ...fields,
});

describe('optimizeStrategy', () => {
  const result = optimizeStrategy(anInput());

  it('recommends the best of the training part and tests it on the rest', () => {
    expect(result.trials).toHaveLength(12);
    expect(result.recommended).toEqual(result.trials[0]?.parameters);
    expect(result.train.recommended).toEqual(result.trials[0]?.figures);
    expect(compareFigures(result.train.recommended, result.train.current)).toBeLessThanOrEqual(0);
    expect(result.splitMs).toBe(candles[700]?.openTimeMs);
    expect(result.holdout.recommended).toEqual(
      figuresOf(runBacktest({ ...base, strategy: { ...strategy, ...result.recommended }, fromMs: result.splitMs })),
    );
    expect(result.beatsCurrent).toBe(compareFigures(result.holdout.recommended, result.holdout.current) < 0);
  });

  it('sees nothing of the holdout while it searches', () => {
    const spoilt = candles.map((candle, index) =>
      index < 700 ? candle : { ...candle, open: '1', high: '1', low: '1', close: '1' },
    );
    const series = [{ symbol: 'BTC-USDT', candles: spoilt }];
    const other = optimizeStrategy(anInput({ backtest: { ...base, strategy, series } }));
    expect([other.trials, other.train]).toEqual([result.trials, result.train]);
  });

  it('gives the same result for the same seed', () => {
    const drawn = optimizeStrategy(anInput({ maxTrials: 5 }));
    expect(drawn.trials).toHaveLength(5);
    expect(optimizeStrategy(anInput({ maxTrials: 5 }))).toEqual(drawn);
  });

  it('does not claim that the current parameters beat themselves', () => {
    const { recommended, beatsCurrent } = optimizeStrategy(anInput({ backtest: base }));
    expect(recommended).toEqual({ lookback: 20, entry_threshold: 1, exit_threshold: 0 });
    expect(beatsCurrent).toBe(false);
  });

  it('refuses too few candles and a split without both parts', () => {
    expect(() => optimizeStrategy(anInput({ minCandles: 1001 }))).toThrow('expected at least 1001 candles, was 1000');
    expect(() => optimizeStrategy(anInput({ holdoutRatio: 0 }))).toThrow('expected steps on both sides of 0, was 1000');
  });

  it('searches the parameters of rules by their own names', () => {
    const rules = strategyConfig.parse({
      name: 'above',
      kind: 'rules',
      symbols: ['BTC-USDT'],
      parameters: { window: 20, share: 1 },
      indicators: { mean: { type: 'sma', window: 'window' } },
      entry: 'close > share * mean',
      exit: 'close < mean',
      search_space: { window: { min: 10, max: 30, step: 10 }, share: { min: 1, max: 1.01, step: 0.01 } },
    });
    const found = optimizeStrategy(anInput({ backtest: { ...base, strategy: rules } }));
    expect(found.trials).toHaveLength(6);
    expect(found.current).toEqual({ window: 20, share: 1 });
    const best = withParameters(rules, found.recommended);
    expect(found.holdout.recommended).toEqual(
      figuresOf(runBacktest({ ...base, strategy: best, fromMs: found.splitMs })),
    );
  });
});
