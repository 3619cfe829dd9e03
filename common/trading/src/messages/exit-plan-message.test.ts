import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitPlanMessage, exitPlanMessageOf } from './exit-plan-message.js';

describe('the exits of a signal on the wire', () => {
  it('are the shortest decimals of the doubles, rounded to 8 places, in plain notation', () => {
    expect(
      exitPlanMessageOf({ stopPrice: 0.1 + 0.2, takeProfitPrice: 1e21, trailingDistance: 1.5e-7, maxCandles: 12 }),
    ).toEqual({
      stopPrice: '0.3',
      takeProfitPrice: '1000000000000000000000',
      trailingDistance: '0.00000015',
      maxCandles: 12,
    });
  });

  it('leave out what the plan leaves out, and never round to nothing', () => {
    expect(exitPlanMessageOf({})).toEqual({});
    expect(exitPlanMessageOf({ stopPrice: 1e-12 })).toEqual({ stopPrice: '0.00000001' });
  });

  it('always fit the schema', () => {
    const price = fc.double({ min: Number.MIN_VALUE, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(price, price, fc.integer({ min: 1, max: 9999 }), (stopPrice, trailingDistance, maxCandles) => {
        const message = exitPlanMessageOf({ stopPrice, trailingDistance, maxCandles });
        expect(exitPlanMessage.parse(message)).toEqual(message);
      }),
    );
  });

  it.each([{ stopPrice: '0' }, { stopPrice: '-1' }, { trailingDistance: '0.00' }, { maxCandles: 0 }, { stopPrice: 5 }])(
    'refuse %o',
    (wrong) => {
      expect(exitPlanMessage.safeParse(wrong).success).toBe(false);
    },
  );
});
