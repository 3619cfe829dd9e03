import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategyConfig } from '../config/strategy-config.js';
import type { Candle } from '../market/candle.js';
import { CONFIDENCE_AT_ENTRY, entryConfidence } from './confidence.js';
import { getStrategy, parametersOf, strategyOf } from './registry.js';
import { signalsInRuns } from '../testing/signals-in-runs.js';
import type { StrategyParameters, StrategySignal } from './strategy.js';

const config = { name: 'momentum', symbols: ['BTC-USD'], lookback: 20, entry_threshold: 1.5, exit_threshold: 0.5 };

describe('the strategies', () => {
  it('are found by the kind of their file, or by its name', () => {
    expect(strategyOf(strategyConfig.parse(config)).kind).toBe('momentum');
    expect(strategyOf(strategyConfig.parse({ ...config, name: 'dips', kind: 'mean_reversion' })).kind).toBe(
      'mean_reversion',
    );
  });

  it('that do not exist are an error that names those that do', () => {
    expect(() => getStrategy('astrology')).toThrow(
      'kind: expected one of momentum, mean_reversion, breakout, trend_following, rules, ensemble, was "astrology"; the nearest is',
    );
  });

  it('take their parameters from the file', () => {
    expect(parametersOf(strategyConfig.parse(config))).toEqual({
      lookback: 20,
      entry_threshold: 1.5,
      exit_threshold: 0.5,
    });
  });
});

describe('the confidence of an entry', () => {
  it('is 0.6 at the threshold, 0.8 one unit beyond, rises, and ends at 1', () => {
    expect(entryConfidence(0)).toBe(CONFIDENCE_AT_ENTRY);
    expect(entryConfidence(1)).toBeCloseTo(0.8, 12);
    expect(entryConfidence(1e300)).toBe(1);
    expect(entryConfidence(Number.POSITIVE_INFINITY)).toBe(1);
    expect(entryConfidence(0.2)).toBeGreaterThan(entryConfidence(0.1));
  });
});

describe.each(['momentum', 'mean_reversion', 'breakout', 'trend_following'])('every strategy: %s', (kind) => {
  const strategy = getStrategy(kind);
  const parameters = fc.record({
    lookback: fc.integer({ min: 2, max: 12 }),
    entry_threshold: fc.double({ min: -1, max: 3, noNaN: true }),
    exit_threshold: fc.double({ min: -1, max: 3, noNaN: true }),
  });
  const step = fc.oneof(fc.constant(0), fc.double({ min: -0.5, max: 0.5, noNaN: true }));
  const candles = fc.array(step, { maxLength: 60 }).map((steps) => {
    let price = 100;
    return steps.map((move, index): Candle => {
      const open = price;
      price *= 1 + move;
      return {
        openTimeMs: index * 60_000,
        open,
        high: Math.max(open, price),
        low: Math.min(open, price),
        close: price,
        volume: 1,
      };
    });
  });

  const signalsOf = (series: readonly Candle[], chosen: StrategyParameters): (StrategySignal | undefined)[] => {
    const run = strategy.start(chosen);
    return series.map((candle) => run.onCandle(candle));
  };

  it('has confidences in [0, 1], at least 0.6 for a buy', () => {
    fc.assert(
      fc.property(candles, parameters, (series, chosen) => {
        for (const signal of signalsOf(series, chosen)) {
          if (signal === undefined) continue;
          expect(signal.confidence).toBeLessThanOrEqual(1);
          expect(signal.confidence).toBeGreaterThanOrEqual(signal.side === 'buy' ? CONFIDENCE_AT_ENTRY : 0);
        }
      }),
    );
  });

  it('gives no signal in its warm-up', () => {
    fc.assert(
      fc.property(candles, parameters, (series, chosen) => {
        const early = signalsOf(series, chosen).slice(0, strategy.warmup(chosen) - 1);
        expect(early.filter((signal) => signal !== undefined)).toEqual([]);
      }),
    );
  });

  it('does not look ahead: a candle that comes later changes no earlier signal', () => {
    fc.assert(
      fc.property(candles, parameters, fc.nat(60), (series, chosen, length) => {
        expect(signalsOf(series, chosen).slice(0, length)).toEqual(signalsOf(series.slice(0, length), chosen));
      }),
    );
  });

  it('gives the same bits when it is recomputed from the same first candle', () => {
    fc.assert(
      fc.property(candles, parameters, (series, chosen) => {
        expect(signalsOf(series, chosen)).toEqual(signalsOf(series, chosen));
      }),
    );
  });

  it('gives the same bits a run of candles at a time, however they are cut', () => {
    fc.assert(
      fc.property(candles, parameters, fc.array(fc.nat(20)), (series, chosen, cuts) => {
        expect(signalsInRuns(strategy.start(chosen), series, cuts)).toEqual(signalsOf(series, chosen));
      }),
    );
  });

  it('runs two symbols side by side without one touching the other', () => {
    fc.assert(
      fc.property(candles, candles, parameters, (one, other, chosen) => {
        const left = strategy.start(chosen);
        const right = strategy.start(chosen);
        const mixed = one.map((candle, index) => {
          const second = other[index];
          if (second !== undefined) right.onCandle(second);
          return left.onCandle(candle);
        });
        expect(mixed).toEqual(signalsOf(one, chosen));
      }),
    );
  });

  it.each([
    [{ lookback: 1 }, 'lookback: expected a whole number from 2 to 5000, was 1'],
    [{ lookback: 2.5 }, 'lookback: expected a whole number from 2 to 5000, was 2.5'],
    [{ entry_threshold: Number.NaN }, 'entry_threshold: expected a number from -1000000 to 1000000, was NaN'],
    [{ exit_threshold: Infinity }, 'exit_threshold: expected a number from -1000000 to 1000000, was Infinity'],
    [
      { lookbak: 5 },
      'parameter: expected one of lookback, entry_threshold, exit_threshold, was "lookbak"; the nearest is lookback',
    ],
  ])('refuses parameters out of range: %o', (wrong, message) => {
    expect(() => strategy.start({ lookback: 5, entry_threshold: 1, exit_threshold: 0, ...wrong })).toThrow(message);
  });
});
