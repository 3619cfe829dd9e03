import { AsyncLocalStorage } from 'node:async_hooks';

/** What ties log lines together. */
export interface RequestContext {
  readonly requestId?: string;
  /** W3C trace id, 32 hex digits. */
  readonly traceId?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work`; every log line in it, and in what it awaits, carries the context. */
export function runInContext<Result>(context: RequestContext, work: () => Result): Result {
  return storage.run(context, work);
}

/** The context of the running request, message or schedule; empty outside of one. */
export function currentContext(): RequestContext {
  return storage.getStore() ?? {};
}
