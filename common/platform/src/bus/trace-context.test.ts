import { describe, expect, it } from 'vitest';
import { digestOf, traceIdOfMessageId } from './message-id.js';
import { traceIdOf, traceparentOf } from './trace-context.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';

describe('trace context of messages', () => {
  it('comes from the traceparent first, then the payload, then the message id', () => {
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const payload = { traceId: 'f'.repeat(32) };
    expect(traceIdOf({ traceparent, payload, messageId: 'm' })).toBe(traceId);
    expect(traceIdOf({ payload, messageId: 'm' })).toBe(payload.traceId);
    expect(traceIdOf({ payload: {}, messageId: 'm' })).toBe(traceIdOfMessageId('m'));
  });

  it('passes over what is no trace id', () => {
    const zeros = '0'.repeat(32);
    for (const traceparent of [
      '',
      'zz',
      `00-${zeros}-b7ad6b7169203331-01`,
      `00-${traceId.slice(1)}-b7ad6b7169203331-01`,
    ]) {
      expect(traceIdOf({ traceparent, payload: { traceId: 'no' }, messageId: 'm' })).toBe(traceIdOfMessageId('m'));
    }
    expect(traceIdOf({ payload: null, messageId: 'm' })).toBe(traceIdOfMessageId('m'));
  });

  it('goes on with a span of the message’s own', () => {
    const digest = digestOf('m');
    expect(traceparentOf(traceId, digest)).toBe(`00-${traceId}-${digest.slice(0, 16)}-01`);
  });
});
