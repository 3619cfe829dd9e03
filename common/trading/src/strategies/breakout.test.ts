import { describe, expect, it } from 'vitest';
import type { Candle } from '../market/candle.js';
import { breakout } from './breakout.js';
import type { StrategyParameters, StrategySignal } from './strategy.js';

const parameters: StrategyParameters = { lookback: 4, entry_threshold: 0, exit_threshold: 0 };

/** Candles of a range of 2 around those closes: the true range is 2 wherever a close moves by at most 1. */
function signalsOf(closes: readonly number[], over: StrategyParameters = {}): (StrategySignal | undefined)[] {
  const run = breakout.start({ ...parameters, ...over });
  return closes.map((close, index) => run.onCandle(aRange(close, index)));
}

function aRange(close: number, index: number): Candle {
  return { openTimeMs: index * 60_000, open: close, high: close + 1, low: close - 1, close, volume: 1 };
}

const sides = (closes: readonly number[], over: StrategyParameters = {}) =>
  signalsOf(closes, over)
    .map((signal) => signal?.side ?? '-')
    .join(' ');

describe('breakout', () => {
  it('buys at the high of the candles before and sells at the low of half as many', () => {
    expect(sides([10, 10, 10, 10, 11, 12, 12, 12, 11, 10])).toBe('- - - - buy buy - - sell sell');
  });

  it('sells in a fall and buys in the rise that follows', () => {
    expect(sides([20, 19, 18, 17, 16, 15, 16, 17, 18, 19, 20])).toBe('- - - - sell sell - - buy buy buy');
  });

  it('measures the distance in average true ranges', () => {
    // High before 11, close 12; true ranges 2, 2, 2, 2 and max(13, 10) - min(11, 10) = 3: ATR 2 + (3 - 2) / 4 = 2.25.
    const closes = [10, 10, 10, 10, 12];
    expect(signalsOf(closes, { entry_threshold: 0.444 })[4]?.side).toBe('buy');
    expect(signalsOf(closes, { entry_threshold: 0.445, exit_threshold: -9 })[4]).toBeUndefined();
    expect(signalsOf(closes, { entry_threshold: 4 / 9 - 1 })[4]?.confidence).toBeCloseTo(0.8, 12);
  });

  it('gives nothing before its warm-up is over, nor while nothing moves', () => {
    expect(breakout.warmup(parameters)).toBe(5);
    const run = breakout.start(parameters);
    const flat = [1, 2, 3, 4, 5, 6].map((index) => run.onCandle({ ...aRange(10, index), high: 10, low: 10 }));
    expect(flat.every((signal) => signal === undefined)).toBe(true);
  });
});
