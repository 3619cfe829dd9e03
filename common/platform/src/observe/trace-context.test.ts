import { describe, expect, test } from 'vitest';
import { makeTraceparent, newSpanId, newTraceId, parseTraceparent } from './trace-context.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

describe('traceparent', () => {
  test('is parsed into trace, parent and the sampled flag', () => {
    expect(parseTraceparent(`00-${traceId}-${parentId}-01`)).toEqual({ traceId, parentId, sampled: true });
    expect(parseTraceparent(`00-${traceId}-${parentId}-00`)).toEqual({ traceId, parentId, sampled: false });
  });

  test('of a later version is read by its first four fields', () => {
    expect(parseTraceparent(`cc-${traceId}-${parentId}-01-what-comes`)).toMatchObject({ traceId });
  });

  test.each([
    ['nothing', undefined],
    ['no traceparent', 'hello'],
    ['version ff', `ff-${traceId}-${parentId}-01`],
    ['upper case', `00-${traceId.toUpperCase()}-${parentId}-01`],
    ['a zero trace id', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['a zero parent id', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['version 00 with more fields', `00-${traceId}-${parentId}-01-x`],
  ])('that is %s begins a new trace', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  test('made for a call keeps the trace and has a span of its own', () => {
    const made = parseTraceparent(makeTraceparent(traceId));
    expect(made).toMatchObject({ traceId, sampled: true });
    expect(made?.parentId).not.toBe(parseTraceparent(makeTraceparent(traceId))?.parentId);
  });

  test('ids are hex of the right length', () => {
    expect([newTraceId(), newSpanId()]).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{16}$/),
    ]);
  });
});
