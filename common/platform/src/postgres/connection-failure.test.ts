import { describe, expect, it } from 'vitest';
import { TransientError } from '../errors/errors.js';
import { isConnectionFailure } from './connection-failure.js';
import { toPlatformError } from './postgres-failure.js';

const failure = (code: string) => toPlatformError(Object.assign(new Error('x'), { code }));

describe('isConnectionFailure', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '08006', '57P01', '57P03'])('is true for %s', (code) => {
    expect(isConnectionFailure(failure(code))).toBe(true);
  });

  it('is true when the connection ended without a code', () => {
    expect(isConnectionFailure(toPlatformError(new Error('Connection terminated unexpectedly')))).toBe(true);
  });

  it.each(['40P01', '40001', '55P03', '57014', '53300', '23505', 'XX000'])('is false for %s', (code) => {
    expect(isConnectionFailure(failure(code))).toBe(false);
  });

  it('is false for what else passes', () => {
    expect(isConnectionFailure(new TransientError('expected luck, was none', { code: 'unlucky' }))).toBe(false);
  });
});
