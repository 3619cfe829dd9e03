import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, formatDecimal, parseDecimal } from '../../money/decimal.js';
import { slippageBps, type SlippageModel } from './slippage-model.js';

const before = { openTimeMs: 0, high: '110', low: '90', close: '100', volume: '50' };
const bps = (model: SlippageModel, qty = '5', candle: typeof before | undefined = before) =>
  formatDecimal(slippageBps(model, { qty: parseDecimal(qty), before: candle }));

describe('slippageBps', () => {
  it('fixed is the same for every fill', () => {
    expect([bps({ model: 'fixed', bps: 7.5 }), bps({ model: 'fixed', bps: 7.5 }, '999')]).toEqual(['7.5', '7.5']);
  });

  it('volume grows with the share of what the candle before traded, up to all of it', () => {
    const model = { model: 'volume', bps: 2, impactBps: 100 } as const;
    expect(['5', '50', '500'].map((qty) => bps(model, qty))).toEqual(['12', '102', '102']);
    expect(bps(model, '5', { ...before, volume: '0' })).toBe('102');
  });

  it('spread is a share of the range of the candle before, and never below its least', () => {
    expect(bps({ model: 'spread', bps: 5, rangeShare: 0.1 })).toBe('200');
    expect(bps({ model: 'spread', bps: 5, rangeShare: 0.001 })).toBe('5');
  });

  it('takes the fixed part where no candle had closed', () => {
    const none = (model: SlippageModel) => formatDecimal(slippageBps(model, { qty: Decimal.of(1), before: undefined }));
    expect(none({ model: 'volume', bps: 2, impactBps: 100 })).toBe('2');
    expect(none({ model: 'spread', bps: 5, rangeShare: 1 })).toBe('5');
  });

  it('is never below 0 and never takes more than half the price', () => {
    const model: fc.Arbitrary<SlippageModel> = fc.oneof(
      fc.record({ model: fc.constant('fixed' as const), bps: fc.double({ min: 0, max: 1000, noNaN: true }) }),
      fc.record({
        model: fc.constant('volume' as const),
        bps: fc.double({ min: 0, max: 1000, noNaN: true }),
        impactBps: fc.double({ min: 0, max: 10_000, noNaN: true }),
      }),
      fc.record({
        model: fc.constant('spread' as const),
        bps: fc.double({ min: 0, max: 1000, noNaN: true }),
        rangeShare: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(model, fc.integer({ min: 1, max: 1000 }), (given, qty) => {
        const found = Number(bps(given, String(qty), { ...before, high: '100000', volume: '3' }));
        expect(found >= 0 && found <= 5000).toBe(true);
      }),
    );
  });
});
