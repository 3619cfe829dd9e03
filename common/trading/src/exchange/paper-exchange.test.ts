import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../money/decimal.js';
import { anInstrument } from '../testing/an-instrument.js';
import { anOrder } from '../testing/an-order.js';
import { decideSubmit, fillAtOpen } from './paper-exchange.js';

describe('decideSubmit', () => {
  const context = { instrument: anInstrument(), positionQty: '2', halted: false };

  it('takes whole lots from the minimum notional on', () => {
    expect(decideSubmit(anOrder({ qty: '0.05' }), context)).toEqual({ state: 'acknowledged' });
  });

  it('denies with the rule and the numbers', () => {
    expect([
      decideSubmit(anOrder({ qty: '0' }), context),
      decideSubmit(anOrder({ qty: '0.050001' }), context),
      decideSubmit(anOrder({ qty: '0.04999' }), context),
    ]).toEqual([
      { state: 'denied', reason: 'bad_quantity: expected qty above 0, was 0' },
      { state: 'denied', reason: 'lot_size: expected qty in multiples of 0.00001, was 0.050001' },
      { state: 'denied', reason: 'min_notional: expected a notional of at least 5, was 4.999' },
    ]);
  });

  it('denies exits that make no sense, and takes a stop that can never trigger', () => {
    const deny = (fields: Parameters<typeof anOrder>[0]) => decideSubmit(anOrder(fields), context);
    expect(deny({ exits: { trailingDistance: '0' } })).toEqual({
      state: 'denied',
      reason: 'bad_exits: expected trailingDistance above 0, was 0',
    });
    expect(deny({ exits: { takeProfitPrice: '-1' } }).state).toBe('denied');
    expect(deny({ side: 'sell', exits: { stopPrice: '90' } })).toEqual({
      state: 'denied',
      reason: 'bad_exits: expected exits with a buy only, was a sell',
    });
    expect(deny({ exits: { stopPrice: '-3', maxCandles: 2 } })).toEqual({ state: 'acknowledged' });
  });

  it('takes only sells up to the position while halted', () => {
    const halted = { ...context, halted: true };
    expect(decideSubmit(anOrder({ side: 'sell', qty: '2' }), halted)).toEqual({ state: 'acknowledged' });
    expect(decideSubmit(anOrder({ side: 'sell', qty: '2.1' }), halted).state).toBe('denied');
    expect(decideSubmit(anOrder(), halted)).toEqual({
      state: 'denied',
      reason: 'halted: expected a sell up to the position of 2, was a buy of 1',
    });
  });
});

describe('fillAtOpen', () => {
  const fill = (side: 'buy' | 'sell', open: string, slippageBps = 5): string[] => {
    const { price, notional, feeQuote } = fillAtOpen({
      order: { side, qty: '0.3' },
      open,
      instrument: anInstrument(),
      fees: { feesBps: 10, slippageBps },
    });
    return [price, notional, feeQuote].map(formatDecimal);
  };

  it('rounds a buy up and a sell down to the tick, after slippage', () => {
    expect(fill('buy', '30000.01')).toEqual(['30015.02', '9004.506', '9.004506']);
    expect(fill('sell', '30000.01')).toEqual(['29985', '8995.5', '8.9955']);
  });

  it('fills at the open itself without slippage', () => {
    expect(fill('buy', '100', 0)).toEqual(['100', '30', '0.03']);
    expect(fill('sell', '100', 0)).toEqual(['100', '30', '0.03']);
  });

  it('stays within the range of a candle that has closed', () => {
    const within = (side: 'buy' | 'sell', range: { low: string; high: string }) =>
      formatDecimal(
        fillAtOpen({
          order: { side, qty: '1' },
          open: '100',
          instrument: anInstrument(),
          fees: { feesBps: 10, slippageBps: 50 },
          range,
        }).price,
      );
    expect(within('buy', { low: '99.9', high: '100.2' })).toBe('100.2');
    expect(within('sell', { low: '99.9', high: '100.2' })).toBe('99.9');
    expect(within('buy', { low: '90', high: '110' })).toBe('100.5');
    expect(within('sell', { low: '90', high: '110' })).toBe('99.5');
  });

  it('never sells for nothing', () => {
    expect(fill('sell', '0.01')).toEqual(['0.01', '0.003', '0.000003']);
  });

  it('never pays less than the open, and never gets more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000_000 }), fc.integer({ min: 0, max: 1000 }), (ticks, bps) => {
        const open = String(ticks / 100);
        expect(parseDecimal(fill('buy', open, bps)[0] ?? '').gte(open)).toBe(true);
        expect(parseDecimal(fill('sell', open, bps)[0] ?? '').lte(open)).toBe(true);
      }),
    );
  });
});
