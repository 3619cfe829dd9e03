import { describe, expect, it } from 'vitest';
import { checkCandle, type DecimalCandle } from './candle.js';
import { simulateCandles, type SimulationOptions } from './simulated-market.js';

const START = Date.UTC(2024, 0, 1);

function take(count: number, options: Partial<SimulationOptions> = {}): DecimalCandle[] {
  const candles: DecimalCandle[] = [];
  for (const candle of simulateCandles({ seed: 7, symbol: 'BTC-USDT', timeframe: '1h', startMs: START, ...options })) {
    candles.push(candle);
    if (candles.length === count) break;
  }
  return candles;
}

function logReturns(candles: readonly DecimalCandle[]): number[] {
  return candles.slice(1).map((candle, index) => Math.log(Number(candle.close) / Number(candles[index]?.close)));
}

describe('a simulated market', () => {
  it('is the same for the same options', () => {
    expect(take(500)).toEqual(take(500));
  });

  it('differs by seed, symbol and timeframe', () => {
    const closes = (options: Partial<SimulationOptions>) => take(50, options).map((candle) => candle.close);
    const base = closes({});
    expect(closes({ seed: 8 })).not.toEqual(base);
    expect(closes({ symbol: 'BTC-USD' })).not.toEqual(base);
    expect(closes({ timeframe: '1d' })).not.toEqual(base);
  });

  it('takes the same path from another start', () => {
    const later = take(50, { startMs: START + 86_400_000 });
    expect(later).toEqual(take(50).map((candle) => ({ ...candle, openTimeMs: candle.openTimeMs + 86_400_000 })));
  });

  it.each(['BTC-USDT', 'XRP-USD', 'DOGE-USD', 'NEW-USD'])('gives sound candles without a gap: %s', (symbol) => {
    const candles = take(5000, { symbol });
    expect(candles.map(checkCandle).filter((fault) => fault !== undefined)).toEqual([]);
    expect(candles.map((candle) => candle.openTimeMs)).toEqual(candles.map((_, index) => START + index * 3_600_000));
    expect(candles.slice(1).map((candle) => candle.open)).toEqual(candles.slice(0, -1).map((candle) => candle.close));
  });

  it('has 2 decimals in prices, 4 where the price is low, and 5 in volumes', () => {
    for (const candle of take(200)) {
      expect([candle.open, candle.high, candle.low, candle.close].every((price) => /^\d+\.\d{2}$/.test(price))).toBe(
        true,
      );
      expect(candle.volume).toMatch(/^\d+\.\d{5}$/);
    }
    expect(take(1, { symbol: 'XRP-USD' })[0]?.close).toMatch(/^0\.\d{4}$/);
  });

  it('has calm and wild times, jumps and a crash', () => {
    const returns = logReturns(take(20_000));
    const deviation = Math.sqrt(returns.reduce((sum, value) => sum + value * value, 0) / returns.length);
    expect(deviation).toBeGreaterThan(0.005);
    expect(deviation).toBeLessThan(0.015);
    const wild = returns.filter((value) => Math.abs(value) > 4 * deviation).length;
    expect(wild).toBeGreaterThan(20);
    expect(Math.min(...returns)).toBeLessThan(-0.05);
  });

  it('trends in both directions', () => {
    const closes = take(20_000).map((candle) => Number(candle.close));
    const moves = closes.slice(100).map((close, index) => close / (closes[index] ?? close) - 1);
    expect(moves.filter((move) => move > 0.1).length).toBeGreaterThan(500);
    expect(moves.filter((move) => move < -0.1).length).toBeGreaterThan(500);
  });

  it('crashes in all symbols of a seed at once', () => {
    const worst = (symbol: string) => {
      const returns = logReturns(take(10_000, { symbol }));
      return returns.indexOf(Math.min(...returns));
    };
    expect(Math.abs(worst('BTC-USD') - worst('ETH-USD'))).toBeLessThan(10);
  });

  it('refuses a start that is no open time', () => {
    expect(() => take(1, { startMs: START + 1 })).toThrow(
      `startMs: expected an open time of a 1h candle, was ${String(START + 1)}`,
    );
  });
});
