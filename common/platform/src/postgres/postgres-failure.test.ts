import { describe, expect, it } from 'vitest';
import { TransientError } from '../errors/errors.js';
import { isSerializationFailure, toPlatformError } from './postgres-failure.js';

function anError(code: string | undefined, message = 'x'): Error {
  return code === undefined ? new Error(message) : Object.assign(new Error(message), { code });
}

describe('failures of Postgres', () => {
  it.each(['08006', '57P01', '53300', '55P03', '57014', '25P03', '40001', 'ECONNREFUSED', 'EPIPE'])(
    'are transient for %s',
    (code) => {
      const cause = anError(code);
      const error = toPlatformError(cause);
      expect(error).toBeInstanceOf(TransientError);
      expect(error).toMatchObject({ code: 'postgres_unavailable', status: 503, cause });
    },
  );

  it('are transient when the connection ended or none was to be had', () => {
    const messages = ['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'];
    for (const message of messages) expect(toPlatformError(anError(undefined, message))).toBeInstanceOf(TransientError);
    expect(toPlatformError(new AggregateError([anError('ECONNREFUSED')]))).toBeInstanceOf(TransientError);
  });

  it.each(['23505', '42P01', '22P02', '23514'])('stay as they are for %s', (code) => {
    const error = anError(code);
    expect(toPlatformError(error)).toBe(error);
  });

  it('tell collisions of transactions apart', () => {
    expect(['40001', '40P01', '23505'].map((code) => isSerializationFailure(anError(code)))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
