import { canTransition } from '@octant/trading/exchange/order-state';
import { orderState } from '@octant/trading/messages/execution';
import { describe, expect, it } from 'vitest';
import { pathTo, stateByVenue, withSighting } from './decide-order-state.js';

const known = { qty: '2', venueState: undefined, venueFilledQty: '0' } as const;

describe('a sighting of an order', () => {
  it('is taken over when it tells more', () => {
    expect(withSighting(known, { state: 'open', filledQty: '0' })).toEqual({ venueState: 'open', venueFilledQty: '0' });
    const partly = { state: 'partially_filled', filledQty: '0.5' } as const;
    expect(withSighting(known, partly)).toEqual({ venueState: 'partially_filled', venueFilledQty: '0.5' });
  });

  it('takes nothing back when it comes late', () => {
    const filled = { ...known, venueState: 'partially_filled', venueFilledQty: '1.5' } as const;
    expect(withSighting(filled, { state: 'open', filledQty: '0' })).toEqual({
      venueState: 'partially_filled',
      venueFilledQty: '1.5',
    });
    const ended = { ...filled, venueState: 'canceled' } as const;
    expect(withSighting(ended, { state: 'open', filledQty: '2' })).toEqual({
      venueState: 'canceled',
      venueFilledQty: '2',
    });
  });

  it('of an order that is filled is one of its whole quantity, whatever it says, and never of more', () => {
    expect(withSighting(known, { state: 'filled', filledQty: '0' }).venueFilledQty).toBe('2');
    expect(withSighting(known, { state: 'open', filledQty: '7' }).venueFilledQty).toBe('2');
  });

  it('in a state that nobody knows says nothing of the state', () => {
    expect(withSighting(known, { state: 'unknown', filledQty: '0' }).venueState).toBeUndefined();
    const open = { ...known, venueState: 'open' } as const;
    expect(withSighting(open, { state: 'unknown', filledQty: '1' })).toEqual({
      venueState: 'open',
      venueFilledQty: '1',
    });
  });
});

describe('the state of an order', () => {
  const order = { state: 'sent', qty: '2', filledQty: '0', venueState: 'open', venueFilledQty: '0' } as const;

  it.each([
    ['the venue has it', {}, 'acknowledged'],
    ['the venue has told nothing', { venueState: undefined }, 'sent'],
    ['some of it is booked', { filledQty: '1' }, 'partially_filled'],
    ['all of it is booked', { filledQty: '2' }, 'filled'],
    ['the venue has filled it and nothing is booked', { venueState: 'filled', venueFilledQty: '2' }, 'acknowledged'],
    ['it was cancelled', { venueState: 'canceled' }, 'canceled'],
    ['it was cancelled and a fill is outstanding', { venueState: 'canceled', venueFilledQty: '1' }, 'acknowledged'],
    ['the rest was cancelled', { venueState: 'canceled', venueFilledQty: '1', filledQty: '1' }, 'canceled'],
    ['it has expired', { venueState: 'expired' }, 'expired'],
    ['the venue has refused it', { venueState: 'rejected' }, 'rejected'],
    ['the venue has refused what is left', { venueState: 'rejected', venueFilledQty: '1', filledQty: '1' }, 'canceled'],
  ] as const)('when %s', (_when, fields, state) => {
    expect(stateByVenue({ ...order, ...fields })).toBe(state);
  });
});

describe('the way to a state', () => {
  it('is none where it is there, one step where the table has it, and by acknowledged where the venue knew more', () => {
    expect(pathTo('sent', 'sent')).toEqual([]);
    expect(pathTo('sent', 'filled')).toEqual(['filled']);
    expect(pathTo('intended', 'partially_filled')).toEqual(['acknowledged', 'partially_filled']);
  });

  it('never leaves the table', () => {
    for (const from of orderState.options) {
      for (const to of orderState.options) {
        const path = pathTo(from, to) ?? [];
        path.forEach((state, index) => {
          expect(canTransition(path[index - 1] ?? from, state)).toBe(true);
        });
      }
    }
    expect(pathTo('canceled', 'filled')).toBeUndefined();
    expect(pathTo('filled', 'intended')).toBeUndefined();
  });
});
