import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noteDrawdown, openLedger, withMarks, type Ledger } from '../portfolio/ledger.js';
import { EquityWatch } from './equity-watch.js';

type Closes = Readonly<Record<'A' | 'B', string>>;

/** Two holdings whose equity rounds, and prices that differ by less than a double tells. */
const held: Ledger = {
  ...openLedger('40', 0),
  cashQuote: '0.7',
  positions: {
    A: { qty: '0.1', costQuote: '1', markPrice: '100' },
    B: { qty: '0.3', costQuote: '1', markPrice: '100' },
  },
};
const price = fc
  .tuple(fc.integer({ min: 97, max: 103 }), fc.constantFrom('', '.1', '.10000000000000001', '.10000000000000002'))
  .map(([whole, rest]) => `${String(whole)}${rest}`);
const closes: fc.Arbitrary<Closes> = fc.record({ A: price, B: price });
const never = { dailyTargetRatio: 9, dailyLossLimitRatio: 0.999 };

function roughly({ A, B }: Closes): number {
  return 0.7 + 0.1 * Number(A) + 0.3 * Number(B);
}

describe('EquityWatch', () => {
  it('leaves out no step that the peak or the drawdown depends on', () => {
    let marked = 0;
    let steps = 0;
    fc.assert(
      fc.property(fc.array(closes, { maxLength: 60, size: 'max' }), (all) => {
        const expected = all.reduce((ledger, each) => noteDrawdown(withMarks(ledger, each)), held);
        const watch = new EquityWatch(never);
        watch.start(held, 2);
        let ledger = held;
        const settle = (): void => {
          for (const [at = 0] of watch.waiting) ledger = noteDrawdown(withMarks(ledger, all[at] ?? { A: '0', B: '0' }));
          marked += watch.waiting.length;
          watch.resume(ledger);
        };
        for (const [at, each] of all.entries()) {
          const equity = roughly(each);
          if (equity > watch.troughLine && equity < watch.peakLine) continue;
          if (watch.note(equity, [at])) settle();
        }
        settle();
        steps += all.length;
        expect([ledger.peakEquityQuote, ledger.maxDrawdownRatio]).toEqual([
          expected.peakEquityQuote,
          expected.maxDrawdownRatio,
        ]);
      }),
      { numRuns: 1000 },
    );
    expect(marked).toBeLessThan(steps / 2);
  });

  it('leaves no step out that may touch a limit of the day, and none at all without a sound equity', () => {
    const watch = new EquityWatch({ dailyTargetRatio: 0.01, dailyLossLimitRatio: 0.02 });
    watch.start(held, 2);
    expect(watch.haltHigh).toBeLessThan(40.4);
    expect(watch.haltHigh).toBeCloseTo(40.4, 12);
    expect(watch.haltLow).toBeGreaterThan(39.2);
    expect(watch.haltLow).toBeCloseTo(39.2, 12);
    const skips = (ledger: Ledger): boolean => {
      watch.start(ledger, 2);
      return watch.haltLow < 40 && watch.haltHigh > 40;
    };
    expect(skips(held)).toBe(true);
    expect(skips({ ...held, day: { ...held.day, halted: true } })).toBe(true);
    expect(skips({ ...held, cashQuote: '-1' })).toBe(false);
    expect(skips({ ...held, peakEquityQuote: '0' })).toBe(false);
    expect(skips({ ...held, day: { ...held.day, startEquityQuote: '0' } })).toBe(false);
  });
});
