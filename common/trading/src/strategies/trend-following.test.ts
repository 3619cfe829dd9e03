import { describe, expect, it } from 'vitest';
import { trendFollowing } from './trend-following.js';
import type { StrategyParameters, StrategySignal } from './strategy.js';

const parameters: StrategyParameters = { lookback: 3, entry_threshold: 0.3, exit_threshold: 0 };

function signalsOf(closes: readonly number[], over: StrategyParameters = {}): (StrategySignal | undefined)[] {
  const run = trendFollowing.start({ ...parameters, ...over });
  return closes.map((close, index) =>
    run.onCandle({ openTimeMs: index * 60_000, open: close, high: close + 1, low: close - 1, close, volume: 1 }),
  );
}

const sides = (closes: readonly number[]) =>
  signalsOf(closes)
    .map((signal) => signal?.side ?? '-')
    .join(' ');

describe('trend following', () => {
  it('buys in a rise and sells in the fall that follows', () => {
    expect(sides([10, 11, 12, 13, 14, 13, 12, 11, 10])).toBe('- - buy buy buy sell sell sell sell');
  });

  it('sells in a fall and buys in the rise that follows', () => {
    expect(sides([14, 13, 12, 11, 12, 13, 14])).toBe('- - sell sell sell - buy');
  });

  it('measures the distance of the averages in average true ranges', () => {
    // Closes 10, 11, 12: the fast average (span 1) is the close, the slow one 11, the true ranges 2, 2, 2: score 0.5.
    expect(signalsOf([10, 11, 12], { entry_threshold: 0.5 })[2]).toEqual({ side: 'buy', confidence: 0.6 });
    expect(signalsOf([10, 11, 12], { entry_threshold: 0.5001 })[2]).toBeUndefined();
    // 13 next: slow average 12, score 0.5 again.
    expect(signalsOf([10, 11, 12, 13], { entry_threshold: -0.5 })[3]?.confidence).toBeCloseTo(0.8, 12);
  });

  it('gives nothing before its warm-up is over, nor while nothing moves', () => {
    expect(trendFollowing.warmup(parameters)).toBe(3);
    expect(sides([10, 20])).toBe('- -');
    const run = trendFollowing.start(parameters);
    const flat = { openTimeMs: 0, open: 10, high: 10, low: 10, close: 10, volume: 1 };
    expect([1, 2, 3, 4].map((index) => run.onCandle({ ...flat, openTimeMs: index }))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
