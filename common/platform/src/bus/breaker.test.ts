import { describe, expect, it } from 'vitest';
import { Breaker } from './breaker.js';

describe('Breaker', () => {
  it('opens when enough different messages fail without a success between', () => {
    const breaker = new Breaker(3);
    expect(['1', '1', '2', '1', '3', '4'].map((entry) => breaker.onTransientFailure(entry))).toEqual([
      false,
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(breaker.open).toBe(true);
    expect({ closed: breaker.onSuccess(), open: breaker.open, again: breaker.onSuccess() }).toEqual({
      closed: true,
      open: false,
      again: false,
    });
  });

  it('closes when the failing messages are nobody’s concern any more', () => {
    const breaker = new Breaker(2);
    breaker.onTransientFailure('1');
    breaker.onTransientFailure('2');
    breaker.forget('1');
    expect(breaker.open).toBe(false);
  });
});
