import { describe, expect, it } from 'vitest';
import { orderState } from '../messages/execution.js';
import { canTransition, isFinalState, statusWordOf } from './order-state.js';

describe('order states', () => {
  it('end in filled, canceled, rejected, expired and denied', () => {
    expect(orderState.options.filter(isFinalState)).toEqual(['filled', 'canceled', 'rejected', 'expired', 'denied']);
  });

  it('return to intended only while nobody has acknowledged them, and deny only what was not sent', () => {
    expect(orderState.options.filter((from) => canTransition(from, 'intended'))).toEqual(['sent', 'unknown']);
    expect(orderState.options.filter((from) => canTransition(from, 'denied'))).toEqual(['intended']);
  });

  it('fill only what the exchange may have', () => {
    const fillable = ['sent', 'acknowledged', 'partially_filled', 'unknown'];
    expect(orderState.options.filter((from) => canTransition(from, 'filled'))).toEqual(fillable);
  });

  it('map to the four words of exec.status', () => {
    expect(Object.fromEntries(orderState.options.map((state) => [state, statusWordOf(state)]))).toEqual({
      intended: 'pending',
      sent: 'pending',
      acknowledged: 'pending',
      partially_filled: 'pending',
      unknown: 'pending',
      filled: 'filled',
      canceled: 'rejected',
      rejected: 'rejected',
      expired: 'rejected',
      denied: 'rejected',
    });
  });
});
