import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { AppError, TransientError } from '../errors/errors.js';
import { describeInvalid, type InvalidPart } from './invalid-request.js';

/** A problem+json response (RFC 9457), and whether it is our fault. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** `undefined` when nobody needs to know; else the id in the document, to be logged beside the error. */
  readonly errorId: string | undefined;
}

/** The request as far as the text of a problem needs it. */
export interface ProblemRequest {
  readonly requestId: string;
  readonly body: unknown;
  readonly query: unknown;
  readonly params: unknown;
  readonly headers: unknown;
}

interface Kind {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Turns whatever was thrown into the document that the caller gets; what we did not foresee becomes 500 with an opaque id. */
export function toProblem(error: unknown, request: ProblemRequest): Problem {
  const kind = ofAppError(error) ?? ofParserError(error) ?? ofValidatorError(error, request);
  if (kind === undefined) {
    const errorId = randomUUID();
    return build(
      { status: 500, code: 'internal_error', detail: `unexpected error, reported as ${errorId}` },
      { requestId: request.requestId, errorId },
    );
  }
  return build(kind, { requestId: request.requestId, errorId: undefined });
}

function build(kind: Kind, { requestId, errorId }: { requestId: string; errorId: string | undefined }): Problem {
  const code = kind.code.replace(/^E_/, '').toLowerCase();
  return {
    status: kind.status,
    headers: kind.headers ?? {},
    body: {
      ...kind.extra,
      type: `urn:octant:error:${code}`,
      title: STATUS_CODES[kind.status] ?? 'Error',
      status: kind.status,
      detail: kind.detail,
      code,
      requestId,
    },
    errorId,
  };
}

function ofAppError(error: unknown): Kind | undefined {
  if (!(error instanceof AppError)) return undefined;
  const { status, code, message, details } = error;
  const base = { status, code, detail: message, extra: details };
  if (!(error instanceof TransientError)) return base;
  const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000));
  return { ...base, headers: { 'Retry-After': String(seconds) } };
}

/** Errors of the body parser and of Express' router. */
function ofParserError(error: unknown): Kind | undefined {
  if (!(error instanceof Error)) return undefined;
  const { type, status, limit } = error as { type?: unknown; status?: unknown; limit?: unknown };
  if (type === 'entity.parse.failed') {
    return { status: 400, code: 'malformed_json', detail: `body: expected JSON, was ${error.message}` };
  }
  if (type === 'entity.too.large') {
    return { status: 413, code: 'body_too_large', detail: `body: expected at most ${String(limit)} bytes, was more` };
  }
  if (typeof type === 'string' && typeof status === 'number' && status < 500) {
    return { status, code: type.replaceAll(/[^a-z]+/g, '_'), detail: error.message };
  }
  if (error instanceof URIError) return { status: 400, code: 'malformed_url', detail: error.message };
  return undefined;
}

const validatorCodes: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  404: 'not_found',
  405: 'method_not_allowed',
  415: 'unsupported_media_type',
  500: 'invalid_response',
};

/** Errors of express-openapi-validator. */
function ofValidatorError(error: unknown, request: ProblemRequest): Kind | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, errors } = error as { status?: unknown; errors?: unknown };
  if (typeof status !== 'number' || !Array.isArray(errors)) return undefined;
  const code = validatorCodes[status];
  if (code === undefined) return undefined;
  if (status !== 400) return { status, code, detail: error.message, ...(status === 500 ? { extra: { errors } } : {}) };
  const parts = describeInvalid(errors as InvalidPart[], request);
  const detail = parts.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return { status, code, detail, extra: { errors: parts } };
}
