import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { HttpSample } from '../observe/platform-metrics.js';
import { runInContext } from '../observe/request-context.js';
import { newTraceId, parseTraceparent } from '../observe/trace-context.js';
import type { Identity } from './operation.js';

/** What the server knows of one request. */
export interface RequestScope {
  readonly requestId: string;
  readonly traceId: string;
  identity: Identity;
  /** Label of the metrics: the path as in the OpenAPI file. */
  route: string;
  /** Path values as they came; the router takes them from the request when a handler fails. */
  params: Readonly<Record<string, unknown>>;
}

const anonymous: Identity = { kind: 'anonymous', name: 'anonymous' };
const scopes = new WeakMap<Request, RequestScope>();
const saneRequestId = /^[\w.:/@+=-]{1,128}$/;

/** @throws Error when the request did not come through {@link openScope}. */
export function scopeOf(request: Request): RequestScope {
  const scope = scopes.get(request);
  if (scope === undefined) throw new Error('expected a request with a scope, was one without');
  return scope;
}

/**
 * First middleware: gives the request its ids (the caller's `X-Request-Id` where it is sane, the trace of its `traceparent`),
 * runs the rest in the log context, and reports the sample when the response is done or the caller has gone.
 */
export function openScope(observe: (sample: HttpSample) => void): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const startedMs = performance.now();
    const given = request.headers['x-request-id'];
    const scope: RequestScope = {
      requestId: typeof given === 'string' && saneRequestId.test(given) ? given : randomUUID(),
      traceId: parseTraceparent(traceHeader(request))?.traceId ?? newTraceId(),
      identity: anonymous,
      route: 'unmatched',
      params: {},
    };
    scopes.set(request, scope);
    response.setHeader('X-Request-Id', scope.requestId);
    response.once('close', () => {
      observe({
        method: request.method,
        route: scope.route,
        statusCode: response.writableFinished ? response.statusCode : 499,
        seconds: (performance.now() - startedMs) / 1000,
      });
    });
    runInContext({ requestId: scope.requestId, traceId: scope.traceId }, next);
  };
}

function traceHeader(request: Request): string | undefined {
  const header = request.headers['traceparent'];
  return typeof header === 'string' ? header : undefined;
}
