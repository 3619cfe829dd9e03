/** Who is calling, after authentication. */
export interface Identity {
  readonly kind: 'anonymous' | 'service' | 'admin';
  /** Name for the audit: the edge's signed-in user, `admin`, or the calling agent. */
  readonly name: string;
}

export interface OperationRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Query values, coerced by the OpenAPI schema. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Parsed and validated by the OpenAPI schema. */
  readonly body: unknown;
  readonly identity: Identity;
  readonly requestId: string;
  readonly traceId: string;
  /** Value of `Idempotency-Key`, if any. */
  readonly idempotencyKey: string | undefined;
}

export interface OperationReply {
  readonly status: number;
  readonly body?: unknown;
}

/** One OpenAPI operation; throw AppError for problem+json. */
export type Operation = (request: OperationRequest) => Promise<OperationReply> | OperationReply;

/** Handlers by `operationId` of the agent's OpenAPI file; each one there must have exactly one. */
export type Operations = Readonly<Record<string, Operation>>;
