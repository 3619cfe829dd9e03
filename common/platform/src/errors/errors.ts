/** A failure with a stable code (`E_…`, lower_snake in problem+json) and the HTTP status it maps to. */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  /** Extra members of the problem+json document; never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(
    message: string,
    options: { code: string; status: number; details?: Readonly<Record<string, unknown>>; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.status = options.status;
    this.details = options.details ?? {};
  }
}

interface KindOptions {
  code: string;
  status?: number;
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** Will never work with the same input: dead-letter at once, 4xx. */
export class PermanentError extends AppError {
  constructor(message: string, options: KindOptions) {
    super(message, { status: 400, ...options });
  }
}

/** May work later (infrastructure, unknown outcome): parks with backoff, 503 with Retry-After. */
export class TransientError extends AppError {
  /** Earliest sensible retry, ms from now. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: KindOptions & { retryAfterMs?: number }) {
    super(message, { status: 503, ...options });
    this.retryAfterMs = options.retryAfterMs;
  }
}
