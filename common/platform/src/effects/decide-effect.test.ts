import { describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '../errors/errors.js';
import {
  type EffectRow,
  type ProviderTerms,
  checkTerms,
  decideAfterFailedSend,
  decideNextStep,
  decideSend,
} from './decide-effect.js';
import { NotDoneError } from './not-done-error.js';

const aRow = (row: Partial<EffectRow> = {}): EffectRow => ({
  state: 'acquired',
  owner: 'w/1',
  leaseUntilMs: 1_000,
  requestsExpireAtMs: 900,
  attempts: 1,
  confirmation: null,
  ...row,
});
const terms: ProviderTerms = { name: 'p', expiryMs: 500, clockSkewMs: 100, flightMs: 50, leaseMs: 1_000 };
const { expiryMs: _, ...endless } = terms;

describe('what an attempt does about a row', () => {
  it('waits as long as another attempt has the lease', () => {
    expect(decideNextStep(aRow(), 999.5, true)).toEqual({ step: 'wait', ms: 0.5 });
    expect(decideNextStep(aRow(), 999, false)).toEqual({ step: 'wait', ms: 1 });
  });

  it('takes over at the end of the lease, and looks up before it may send', () => {
    expect(decideNextStep(aRow(), 1_000, true)).toEqual({ step: 'take_over', lookUp: true, maySend: true });
  });

  it('never sends after a request that does not expire, and still looks up', () => {
    const row = aRow({ requestsExpireAtMs: null });
    expect(decideNextStep(row, 5_000, true)).toEqual({ step: 'take_over', lookUp: true, maySend: false });
  });

  it('gives up on an attempt that nothing tells the end of', () => {
    expect(decideNextStep(aRow(), 1_000, false)).toEqual({ step: 'reconcile' });
    expect(decideNextStep(aRow({ state: 'needs_reconciliation' }), 9_000, false)).toEqual({ step: 'reconcile' });
  });

  it('looks up, and never sends, where the outcome was given up', () => {
    const row = aRow({ state: 'needs_reconciliation' });
    expect(decideNextStep(row, 0, true)).toEqual({ step: 'take_over', lookUp: true, maySend: false });
  });

  it('sends at once after a request that conclusively did nothing', () => {
    const row = aRow({ state: 'not_done' });
    expect(decideNextStep(row, 0, false)).toEqual({ step: 'take_over', lookUp: false, maySend: true });
  });

  it('answers with the confirmation', () => {
    const row = aRow({ state: 'confirmed', confirmation: { id: 7 } });
    expect(decideNextStep(row, 0, true)).toEqual({ step: 'answer', confirmation: { id: 7 } });
  });
});

describe('whether a request may be sent', () => {
  it('sends when the request is dead before the lease ends', () => {
    expect(decideSend(terms, 1_000, 349)).toEqual({ step: 'send', issuedAtMs: 349, expiresAtMs: 849 });
  });

  it('renews when expiry, skew and flight reach to the end of the lease', () => {
    expect(decideSend(terms, 1_000, 350)).toEqual({ step: 'renew' });
  });

  it('sends without expiry as long as the lease lasts', () => {
    expect(decideSend(endless, 1_000, 999)).toEqual({ step: 'send', issuedAtMs: 999, expiresAtMs: undefined });
    expect(decideSend(endless, 1_000, 1_000)).toEqual({ step: 'renew' });
  });
});

describe('what is known after a send that failed', () => {
  it('is that nothing was done when the provider refused, or was not reached', () => {
    expect(decideAfterFailedSend(new PermanentError('x', { code: 'refused' }), true)).toBe('not_done');
    expect(decideAfterFailedSend(new NotDoneError('x', { code: 'throttled' }), false)).toBe('not_done');
  });

  it('is nothing for whatever else: wait where it can be looked up, give up where it cannot', () => {
    for (const error of [new TransientError('x', { code: 'timeout' }), new TypeError('fetch failed'), 'text']) {
      expect([decideAfterFailedSend(error, true), decideAfterFailedSend(error, false)]).toEqual(['wait', 'reconcile']);
    }
  });
});

describe('terms of a provider', () => {
  it('refuse a lease that a request could outlive', () => {
    expect(() => checkTerms({ ...terms, leaseMs: 650 })).toThrow(RangeError);
    expect(() => checkTerms({ ...endless, leaseMs: 150 })).toThrow(
      'above expiry, clock skew and flight (150), was 150',
    );
    checkTerms({ ...terms, leaseMs: 651 });
  });
});
