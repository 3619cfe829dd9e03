import { describe, expect, it } from 'vitest';
import { datasourceConfig } from './datasource-config.js';

const problemsOf = (limits: unknown): unknown =>
  datasourceConfig
    .safeParse({ exchange: 'kraken', symbols: ['BTC/USD'], rate_limits: limits })
    .error?.issues.map(({ path, message }) => [path.join('.'), message]);

describe('rate_limits', () => {
  it('refuses a weight that its budget can never give', () => {
    expect(problemsOf({ weight_per_minute: 30 })).toEqual([
      ['rate_limits.weights.markets', 'expected at most half of weight_per_minute (15), was 20'],
    ]);
    expect(problemsOf({ weight_per_minute: 30, weights: { candles: 16, markets: 15 } })).toEqual([
      ['rate_limits.weights.candles', 'expected at most half of weight_per_minute (15), was 16'],
    ]);
  });

  it('takes weights up to half of the budget', () => {
    expect(problemsOf({ weight_per_minute: 30, weights: { candles: 1, markets: 15 } })).toBeUndefined();
    expect(problemsOf({})).toBeUndefined();
  });
});
