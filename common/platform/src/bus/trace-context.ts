import { traceIdOfMessageId } from './message-id.js';

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/**
 * Trace id of a message, 32 hex digits: of its `traceparent` field, else of its payload's `traceId`, else a function of
 * the message id.
 * @source W3C Trace Context, section 3.2
 */
export function traceIdOf(message: { traceparent?: string; payload: unknown; messageId: string }): string {
  const parent = message.traceparent === undefined ? undefined : TRACEPARENT.exec(message.traceparent)?.[1];
  if (parent !== undefined && TRACE_ID.test(parent)) return parent;
  const { payload } = message;
  if (typeof payload === 'object' && payload !== null && 'traceId' in payload) {
    const { traceId } = payload;
    if (typeof traceId === 'string' && TRACE_ID.test(traceId)) return traceId;
  }
  return traceIdOfMessageId(message.messageId);
}

/** `traceparent` of a published message; its span id comes from the message id's digest, so a repeat has the same one. */
export function traceparentOf(traceId: string, digest: string): string {
  return `00-${traceId}-${digest.slice(0, 16)}-01`;
}
