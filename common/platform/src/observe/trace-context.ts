import { randomUUID } from 'node:crypto';

/** Identifiers of one span. */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero; the caller's span. */
  readonly parentId: string;
  readonly sampled: boolean;
}

/** Version (ff is none), trace id, parent id, flags; later versions may have more. */
const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Parses a `traceparent` header. `undefined` when it is not valid: then a new trace begins.
 * @source W3C Trace Context, section 3.2.2; versions above 00 are read by their first four fields.
 */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const match = form.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, version = '', traceId = '', parentId = '', flags = '', rest] = match;
  if (version === '00' && rest !== undefined) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** A `traceparent` for a call made inside the trace, with a span id of its own. */
export function makeTraceparent(traceId: string): string {
  return `00-${traceId}-${newSpanId()}-01`;
}

/** 32 random hex digits, 122 random bits. A UUID's version digit keeps it from being all zero; its entropy comes in cached batches. */
export function newTraceId(): string {
  return randomUUID().replaceAll('-', '');
}

/** 16 random hex digits. */
export function newSpanId(): string {
  return newTraceId().slice(0, 16);
}
