import { describe, expect, it } from 'vitest';
import { ZScore } from '../indicators/z-score.js';
import { toCandle } from '../market/candle.js';
import { simulatedCandles } from '../testing/a-backtest.js';
import { entryConfidence } from './confidence.js';
import { meanReversion } from './mean-reversion.js';
import type { StrategyParameters, StrategySignal } from './strategy.js';

const parameters: StrategyParameters = { lookback: 5, entry_threshold: 1.5, exit_threshold: 0.5 };

function signalsOf(closes: readonly number[], over: StrategyParameters = {}): (StrategySignal | undefined)[] {
  const run = meanReversion.start({ ...parameters, ...over });
  return closes.map((close, index) =>
    run.onCandle({ openTimeMs: index * 60_000, open: close, high: close, low: close, close, volume: 1 }),
  );
}

const sides = (closes: readonly number[]) =>
  signalsOf(closes)
    .map((signal) => signal?.side ?? '-')
    .join(' ');

describe('mean reversion', () => {
  it('buys a dip and sells on the way back', () => {
    expect(sides([100, 101, 100, 101, 94, 96, 99, 101])).toBe('- - - - buy - sell sell');
  });

  it('sells in a rise and buys in the fall that follows', () => {
    expect(sides([100, 101, 102, 103, 104, 105, 106, 95])).toBe('- - - - sell sell sell buy');
  });

  it('scores the distance from the mean in sample deviations', () => {
    // Closes 10, 10, 10, 10, 5: mean 9, sample deviation sqrt(5), z = -4 / sqrt(5) = -1.78885.
    const closes = [10, 10, 10, 10, 5];
    expect(signalsOf(closes, { entry_threshold: 1.788 })[4]?.side).toBe('buy');
    expect(signalsOf(closes, { entry_threshold: 1.789 })[4]).toBeUndefined();
    expect(signalsOf(closes, { entry_threshold: 0.78885 })[4]?.confidence).toBeCloseTo(0.8, 4);
  });

  it('gives nothing in a flat window, also right after a move', () => {
    expect(sides([100, 100, 100, 100, 100, 100])).toBe('- - - - - -');
    expect(sides([90, 0.1, 0.1, 0.1, 0.1, 0.1]).split(' ').at(-1)).toBe('-');
  });

  it('gives nothing before its warm-up is over', () => {
    expect(meanReversion.warmup(parameters)).toBe(5);
    expect(sides([100, 90, 110, 50])).toBe('- - - -');
  });

  it('has the bits of its formula over the indicator', () => {
    const deviation = new ZScore(50);
    const run = meanReversion.start({ lookback: 50, entry_threshold: 1.5, exit_threshold: 0.5 });
    for (const candle of simulatedCandles('BTC-USDT', 2000).map(toCandle)) {
      const z = deviation.push(candle.close);
      const buy = { side: 'buy', confidence: entryConfidence(-z - 1.5) };
      const expected = z <= -1.5 ? buy : z >= -0.5 ? { side: 'sell', confidence: 1 } : undefined;
      expect(run.onCandle(candle)).toEqual(expected);
    }
  });
});
