import type { Subscription } from '../bus/subscription.js';
import { runInContext } from '../observe/request-context.js';

/** The same subscription, whose handler runs with the message's ids in the log context. */
export function inContext(subscription: Subscription): Subscription {
  return {
    ...subscription,
    handle: (message) => {
      const requestId = requestIdOf(message.payload);
      const context = { traceId: message.traceId, ...(requestId === undefined ? {} : { requestId }) };
      return runInContext(context, () => subscription.handle(message));
    },
  };
}

function requestIdOf(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('requestId' in payload)) return undefined;
  return typeof payload.requestId === 'string' ? payload.requestId : undefined;
}
