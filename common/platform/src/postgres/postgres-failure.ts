import { TransientError } from '../errors/errors.js';

/** SQLSTATE classes and codes that say "not now": connection, shutdown, resources, lock and statement time-outs. */
const PASSING_STATES = /^(08...|57P0[1-5]|53...|55P03|57014|25006|25P03|40001|40P01)$/;
const PASSING_MESSAGES =
  /connection terminated|connection ended|timeout exceeded when trying to connect|connection timeout|query read timeout|not queryable|client has encountered a connection error/i;
const PASSING_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** True when two transactions got in each other's way and the loser should simply run again. */
export function isSerializationFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** Turns failures of connection or resources into TransientError `postgres_unavailable`; gives others back as they are. */
export function toPlatformError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TransientError) return error;
  const code = codeOf(error);
  const passing =
    (code !== undefined && (PASSING_STATES.test(code) || PASSING_SYSTEM_CODES.has(code))) ||
    PASSING_MESSAGES.test(error.message) ||
    (error instanceof AggregateError && error.errors.some((inner) => toPlatformError(inner) instanceof TransientError));
  if (!passing) return error;
  return new TransientError(`expected Postgres to answer, was ${code ?? error.name}: ${error.message}`, {
    code: 'postgres_unavailable',
    cause: error,
  });
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
