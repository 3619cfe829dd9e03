import { describe, expect, it } from 'vitest';
import { cagr } from './cagr.js';
import { calmarRatio } from './calmar-ratio.js';

const DAY_MS = 86_400_000;
const over = (days: number, startEquity: number, endEquity: number) =>
  cagr({ startEquity, endEquity, startMs: 0, endMs: days * DAY_MS });

describe('the compound annual growth', () => {
  it("gives the figure of freqtrade's test", () => {
    expect(over(1095, 64_900, 176_000)).toBeCloseTo(0.3945, 4);
  });

  it('is the return itself over 365 days, and squared over half of them', () => {
    expect(over(365, 100, 110)).toBeCloseTo(0.1, 12);
    expect(over(182.5, 100, 110)).toBeCloseTo(0.21, 12);
    expect(over(365, 100, 0)).toBe(-1);
  });

  it('is undefined where no time passes or equity is not above 0', () => {
    expect(over(0, 100, 110)).toBeUndefined();
    expect(over(1, 0, 110)).toBeUndefined();
    expect(over(1, 100, -1)).toBeUndefined();
  });
});

describe('the Calmar ratio', () => {
  it('is growth by drawdown', () => {
    expect(calmarRatio(0.3, 0.1)).toBeCloseTo(3, 12);
    expect(calmarRatio(-0.1, 0.2)).toBe(-0.5);
  });

  it('is undefined without a drawdown or a growth', () => {
    expect(calmarRatio(0.3, 0)).toBeUndefined();
    expect(calmarRatio(undefined, 0.1)).toBeUndefined();
    expect(calmarRatio(0.3, undefined)).toBeUndefined();
  });
});
