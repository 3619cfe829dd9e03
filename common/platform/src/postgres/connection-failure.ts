import { TransientError } from '../errors/errors.js';

/** Classes of SQLSTATE in which the server spoke of a statement, not of the connection or of itself. */
const STATEMENT_STATE = /^(?!08|57P)[0-9FHPX][0-9A-Z]{4}$/;

/**
 * True when Postgres is away or a connection to it broke, so that another statement would fare no better; false when one
 * statement failed, also for a passing reason (a lock, a collision, a time-out).
 */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof TransientError) || error.code !== 'postgres_unavailable') return false;
  const { cause } = error;
  const state: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof state !== 'string' || !STATEMENT_STATE.test(state);
}
