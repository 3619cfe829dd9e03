import { describe, expect, it } from 'vitest';
import { LogReturn } from '../indicators/log-return.js';
import { StandardDeviation } from '../indicators/standard-deviation.js';
import { toCandle } from '../market/candle.js';
import { simulatedCandles } from '../testing/a-backtest.js';
import { entryConfidence } from './confidence.js';
import { momentum } from './momentum.js';
import type { StrategyParameters, StrategySignal } from './strategy.js';

const parameters: StrategyParameters = { lookback: 4, entry_threshold: 1.5, exit_threshold: 0.5 };

function signalsOf(closes: readonly number[], over: StrategyParameters = {}): (StrategySignal | undefined)[] {
  const run = momentum.start({ ...parameters, ...over });
  return closes.map((close, index) =>
    run.onCandle({ openTimeMs: index * 60_000, open: close, high: close, low: close, close, volume: 1 }),
  );
}

const sides = (closes: readonly number[]) =>
  signalsOf(closes)
    .map((signal) => signal?.side ?? '-')
    .join(' ');

describe('momentum', () => {
  it('buys in a rise and sells in the fall that follows', () => {
    expect(sides([100, 101, 103, 104, 106, 107, 109, 108, 106, 105, 103, 102])).toBe(
      '- - - - buy buy buy - sell sell sell sell',
    );
  });

  it('scores the return over the lookback in deviations', () => {
    // Returns ln 1.1, ln 1.1, ln 1.1, ln 1.2: mean 0.11706, sample deviation 0.04351, score 0.46825 / (0.04351 * 2) = 5.38147.
    const closes = [100, 110, 121, 133.1, 159.72];
    expect(signalsOf(closes, { entry_threshold: 5.381 })[4]?.side).toBe('buy');
    expect(signalsOf(closes, { entry_threshold: 5.382 })[4]).toBeUndefined();
    const [, , , , signal] = signalsOf(closes, { entry_threshold: 4.38147 });
    expect(signal?.confidence).toBeCloseTo(0.8, 4);
  });

  it('gives nothing in a flat window', () => {
    expect(sides([100, 100, 100, 100, 100, 100, 100])).toBe('- - - - - - -');
  });

  it('gives nothing in a window that became flat after a move', () => {
    expect(sides([90, 120, 100, 100, 100, 100, 100]).split(' ').at(-1)).toBe('-');
  });

  it('gives nothing before its warm-up is over', () => {
    expect(momentum.warmup(parameters)).toBe(5);
    expect(sides([100, 101, 103, 104])).toBe('- - - -');
  });

  it('prefers the entry when both thresholds hold', () => {
    const [, , , , signal] = signalsOf([100, 101, 103, 104, 106], { entry_threshold: 1, exit_threshold: 100 });
    expect(signal?.side).toBe('buy');
  });

  it('has the bits of its formula over the indicators', () => {
    const lookback = 50;
    const [trend, step, noise] = [new LogReturn(lookback), new LogReturn(1), new StandardDeviation(lookback, 'sample')];
    const run = momentum.start({ lookback, entry_threshold: 1.5, exit_threshold: 0.5 });
    for (const candle of simulatedCandles('BTC-USDT', 2000).map(toCandle)) {
      const total = trend.push(candle.close);
      const score = total / (noise.push(step.push(candle.close)) * Math.sqrt(lookback));
      const buy = { side: 'buy', confidence: entryConfidence(score - 1.5) };
      const expected = score >= 1.5 ? buy : score <= 0.5 ? { side: 'sell', confidence: 1 } : undefined;
      expect(run.onCandle(candle)).toEqual(expected);
    }
  });
});
