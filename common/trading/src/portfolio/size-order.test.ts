import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, parseDecimal } from '../money/decimal.js';
import { anInstrument } from '../testing/an-instrument.js';
import { decideSize, type SizeInput } from './size-order.js';

function anInput(fields: Partial<SizeInput> = {}): SizeInput {
  return {
    symbol: 'BTC-USDT',
    side: 'buy',
    confidence: 0.8,
    price: '30000',
    ledger: { cashQuote: '1000', equityQuote: '1000', positionQty: '0' },
    openOrders: [],
    instrument: anInstrument(),
    limits: { maxOrderQuote: '1000', maxPositionQuote: '20000' },
    riskProfile: 'conservative',
    cashBufferRatio: 0.02,
    feesBps: 10,
    ...fields,
  };
}

describe('decideSize, buying', () => {
  it('takes the profile share of the smaller limit times the confidence, in whole lots', () => {
    expect(decideSize(anInput())).toEqual({ qty: '0.00666', reason: 'sized' });
    expect(decideSize(anInput({ riskProfile: 'moderate' }))).toEqual({ qty: '0.01333', reason: 'sized' });
    expect(decideSize(anInput({ limits: { maxOrderQuote: '1000', maxPositionQuote: '300' } }))).toEqual({
      qty: '0.002',
      reason: 'sized',
    });
  });

  it('leaves the buffer and the fee in the cash', () => {
    const input = anInput({
      riskProfile: 'aggressive',
      confidence: 1,
      limits: { maxOrderQuote: '9000', maxPositionQuote: '9000' },
    });
    expect(decideSize(input)).toEqual({ qty: '0.03263', reason: 'sized' });
  });

  it('leaves the cash that open buys of other symbols have claimed', () => {
    const openOrders = [{ symbol: 'ETH-USDT', side: 'buy', qty: '1', price: '900' }] as const;
    expect(decideSize(anInput({ openOrders }))).toEqual({ qty: '0.00323', reason: 'sized' });
    expect(decideSize(anInput({ openOrders: [{ ...openOrders[0], price: '1000' }] }))).toEqual({
      qty: '0',
      reason: 'no_cash',
    });
  });

  it('adds nothing to what is held or already being bought', () => {
    const ledger = { cashQuote: '1000', equityQuote: '1000', positionQty: '0.1' };
    expect(decideSize(anInput({ ledger }))).toEqual({ qty: '0', reason: 'already_long' });
    const openOrders = [{ symbol: 'BTC-USDT', side: 'buy', qty: '0.001', price: '30000' }] as const;
    expect(decideSize(anInput({ openOrders }))).toEqual({ qty: '0', reason: 'already_buying' });
  });

  it('says what is missing when there is nothing to buy', () => {
    const broke = { cashQuote: '0', equityQuote: '10', positionQty: '0' };
    const poor = { cashQuote: '4', equityQuote: '4', positionQty: '0' };
    const poorest = { cashQuote: '0.2', equityQuote: '0.2', positionQty: '0' };
    expect(decideSize(anInput({ ledger: broke }))).toEqual({ qty: '0', reason: 'no_cash' });
    expect(decideSize(anInput({ ledger: { ...poor, equityQuote: '0' } }))).toEqual({ qty: '0', reason: 'no_cash' });
    expect(decideSize(anInput({ ledger: poor }))).toEqual({ qty: '0', reason: 'below_min_notional' });
    expect(decideSize(anInput({ ledger: poorest }))).toEqual({ qty: '0', reason: 'below_lot_size' });
  });

  it('never asks for more than the free cash pays for with its fee, nor for a part of a lot', () => {
    fc.assert(
      fc.property(
        fc.record({
          cash: fc.integer({ min: 0, max: 5_000_000 }),
          price: fc.integer({ min: 1, max: 9_000_000 }),
          confidence: fc.double({ min: 0, max: 1, noNaN: true }),
          riskProfile: fc.constantFrom('conservative', 'moderate', 'aggressive' as const),
          feesBps: fc.integer({ min: 0, max: 1000 }),
          cashBufferRatio: fc.constantFrom(0, 0.02, 0.5),
        }),
        ({ cash, price, confidence, riskProfile, feesBps, cashBufferRatio }) => {
          const cashQuote = String(cash / 100);
          const ledger = { cashQuote, equityQuote: cashQuote, positionQty: '0' };
          const input = anInput({
            ledger,
            price: String(price / 100),
            confidence,
            riskProfile,
            feesBps,
            cashBufferRatio,
          });
          const qty = parseDecimal(decideSize(input).qty);
          const outlay = qty.times(input.price).times(Decimal.of(feesBps).div(10_000).plus(1));
          expect(outlay.lte(Decimal.of(cashQuote).times(1 - cashBufferRatio))).toBe(true);
          expect(qty.times(input.price).lte(1000)).toBe(true);
          expect(qty.mod(input.instrument.lotSize).isZero()).toBe(true);
        },
      ),
    );
  });
});

describe('decideSize, selling', () => {
  const ledger = { cashQuote: '0', equityQuote: '300', positionQty: '0.01' };

  it('sells the whole position whatever the confidence', () => {
    expect(decideSize(anInput({ side: 'sell', ledger, confidence: 0.1 }))).toEqual({ qty: '0.01', reason: 'sized' });
  });

  it('leaves out what open sells have claimed', () => {
    const open = { symbol: 'BTC-USDT', side: 'sell', qty: '0.004', price: '30000' } as const;
    expect(decideSize(anInput({ side: 'sell', ledger, openOrders: [open] }))).toEqual({
      qty: '0.006',
      reason: 'sized',
    });
    expect(decideSize(anInput({ side: 'sell', ledger, openOrders: [{ ...open, qty: '0.01' }] }))).toEqual({
      qty: '0',
      reason: 'no_position',
    });
  });

  it('has nothing to sell while flat', () => {
    expect(decideSize(anInput({ side: 'sell' }))).toEqual({ qty: '0', reason: 'no_position' });
  });
});
